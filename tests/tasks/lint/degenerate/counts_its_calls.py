"""not_reproducible: the result depends on how often it was called."""

import torch
from torch import nn

batch_size = 16
features = 64


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return torch.tanh(x) * self.calls


def get_inputs():
    return [torch.randn(batch_size, features)]


def get_init_inputs():
    return []
