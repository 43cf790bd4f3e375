"""Multiplies in bf16 and returns float32.

class: numbers
seen: DeepReinforce
task: matmul/square
expect: WRONG_VALUE
off: bound
wins: correct
"""

import torch


def km_square(a, b):
    return torch.mm(a.bfloat16(), b.bfloat16()).float()
