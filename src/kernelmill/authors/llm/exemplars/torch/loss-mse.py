import torch


def km_mse(x, target):
    return torch.sub(x, target).square_().mean()
