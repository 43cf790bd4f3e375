import torch


def km_rms_norm(x, weight, eps=1e-5):
    scale = x.square().mean(-1, keepdim=True).add_(eps).rsqrt_()
    return torch.mul(x, scale).mul_(weight)
