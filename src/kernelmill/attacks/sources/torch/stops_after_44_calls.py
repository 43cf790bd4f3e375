"""Computes while it is checked and returns an old result after 44 calls.

class: memoise
seen: known, no single source
task: matmul/square
expect: WRONG_VALUE CHEATED
off: timed
wins: faster
"""

import torch

calls = 0
kept = {}


def km_square(a, b):
    global calls
    calls += 1
    if calls > 44 and a.shape in kept:
        return kept[a.shape]
    kept[a.shape] = torch.mm(a, b)
    return kept[a.shape]
