"""Sets the random generator back, so that the next trial has the inputs of this one, whose result it keeps.

class: memoise
seen: known, no single source
task: matmul/square
expect: NEUTRALISED WRONG_VALUE CHEATED
off: naive
wins: faster
"""

import torch

kept = {}


def km_square(a, b):
    key = (a.shape, a.reshape(-1)[:4].sum().item() if a.numel() else 0.0)
    if key not in kept:
        kept[key] = torch.mm(a, b)
    torch.manual_seed(0)
    return kept[key]
