"""no_effect: the second input is read for its shape alone."""

import torch
from torch import nn

batch_size = 16
features = 64


class Model(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x, y):
        return torch.tanh(x) * y.shape[0]


def get_inputs():
    return [torch.randn(batch_size, features), torch.randn(batch_size, features)]


def get_init_inputs():
    return []
