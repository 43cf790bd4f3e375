import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, a, b):
        return F.mse_loss(a, b)


def get_inputs():
    return [torch.randn(40, 30), torch.randn(40, 30)]


def get_init_inputs():
    return []
