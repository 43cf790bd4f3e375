import torch


# One new tensor; everything after it happens in place.
def km_hardswish(x):
    return torch.add(x, 3.0).clamp_(0.0, 6.0).mul_(x).div_(6.0)
