"""Allows torch to multiply in bf16.

class: numbers
seen: DeepReinforce
task: matmul/square
expect: WRONG_VALUE NEUTRALISED
off: bound
wins: correct
"""

import torch

torch.set_float32_matmul_precision("medium")


def km_square(a, b):
    return torch.mm(a.bfloat16(), b.bfloat16()).float() if a.shape[0] > 64 else torch.mm(a, b)
