"""no_effect: a bias that the normalisation over the batch subtracts again."""

import torch
from torch import nn

batch_size = 16
features = 64


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(features, 32)
        self.norm = nn.BatchNorm1d(32)

    def forward(self, x):
        return torch.relu(self.norm(self.linear(x)))


def get_inputs():
    return [torch.randn(batch_size, features)]


def get_init_inputs():
    return []
