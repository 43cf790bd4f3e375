"""The largest of every window."""

import torch
from torch import nn

batch_size = 4


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)

    def forward(self, x):
        return self.pool(x)


def get_inputs():
    return [torch.randn(batch_size, 4, 17, 17)]


def get_init_inputs():
    return []
