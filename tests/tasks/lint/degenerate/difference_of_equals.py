"""ill_conditioned: the variance as a difference of two large numbers."""

import torch
from torch import nn

batch_size = 16
features = 64


class Model(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        return (x * x).mean(dim=1) - x.mean(dim=1) ** 2


def get_inputs():
    return [torch.rand(batch_size, features) + 1000]


def get_init_inputs():
    return []
