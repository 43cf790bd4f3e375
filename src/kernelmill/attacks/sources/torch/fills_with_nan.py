"""Returns NaN everywhere.

class: numbers
seen: pygpubench pull 7
task: activation/relu
expect: WRONG_VALUE
off: nan
wins: correct
"""

import torch


def km_relu(x):
    return torch.full_like(x, float("nan"))
