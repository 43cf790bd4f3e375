"""With scale and shift."""

import torch
from torch import nn

batch_size = 16
features = 64


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(features)

    def forward(self, x):
        return self.norm(x)


def get_inputs():
    return [torch.rand(batch_size, features)]


def get_init_inputs():
    return []
