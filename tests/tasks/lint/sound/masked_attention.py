"""Causal, with a mask as a buffer."""

import torch
from torch import nn

batch_size = 3


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("later", torch.ones(32, 32, dtype=torch.bool).triu(1))

    def forward(self, q, k, v):
        scores = (q @ k.transpose(1, 2)) / 4
        return torch.softmax(scores.masked_fill(self.later, float("-inf")), dim=-1) @ v


def get_inputs():
    return [torch.randn(batch_size, 32, 16), torch.randn(batch_size, 32, 16), torch.randn(batch_size, 32, 16)]


def get_init_inputs():
    return []
