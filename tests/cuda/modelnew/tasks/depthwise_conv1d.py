import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c, 1, 3))

    def forward(self, x):
        return F.conv1d(x, self.weight, padding=1, groups=x.shape[1])


def get_inputs():
    return [torch.randn(3, 6, 100)]


def get_init_inputs():
    return [6]
