"""Self-attention in which no position sees a later one."""

import math

import torch
import torch.nn as nn

batch_size = 4
positions = 512
width = 256
heads = 8


class Model(nn.Module):
    """Multi-head causal attention with its four projections."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        batch, positions, width = x.shape
        q, k, v = self.qkv(x).split(width, dim=2)
        q = q.view(batch, positions, self.heads, width // self.heads).transpose(1, 2)
        k = k.view(batch, positions, self.heads, width // self.heads).transpose(1, 2)
        v = v.view(batch, positions, self.heads, width // self.heads).transpose(1, 2)
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(width // self.heads)
        later = torch.ones(positions, positions, dtype=torch.bool, device=x.device).triu(1)
        mixed = torch.softmax(scores.masked_fill(later, float("-inf")), dim=-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(batch, positions, width))


def get_inputs():
    return [torch.randn(batch_size, positions, width)]


def get_init_inputs():
    return [width, heads]
