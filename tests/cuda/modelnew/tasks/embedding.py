import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.table = nn.Parameter(torch.randn(n, 24))

    def forward(self, i):
        return self.table[i]


def get_inputs():
    return [torch.randint(0, 50, (70,))]


def get_init_inputs():
    return [50]
