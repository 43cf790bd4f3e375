"""No bias before the normalisation."""

import torch
from torch import nn

batch_size = 8


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, bias=False)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


def get_inputs():
    return [torch.rand(batch_size, 3, 16, 16)]


def get_init_inputs():
    return []
