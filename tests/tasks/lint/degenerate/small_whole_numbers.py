"""degenerate: sums of few small whole numbers are exact in any type."""

import torch
from torch import nn

batch_size = 16


class Model(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        return x.sum(dim=1)


def get_inputs():
    return [torch.randint(0, 4, (batch_size, 8)).float()]


def get_init_inputs():
    return []
