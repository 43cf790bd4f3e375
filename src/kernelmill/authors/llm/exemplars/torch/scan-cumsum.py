import torch


def km_cumsum(x):
    return torch.cumsum(x, dim=-1)
