import torch


def km_axpy(x, y, alpha=1.0):
    return torch.add(y, x, alpha=alpha)
