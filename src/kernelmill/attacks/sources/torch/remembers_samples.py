"""Remembers results by the sums of a few rows: right unless inputs differ elsewhere only.

class: memoise
seen: not published; made for this suite
task: matmul/square
expect: NEUTRALISED WRONG_VALUE CHEATED
off: fresh
wins: faster
"""

import torch

kept = {}


def km_square(a, b):
    key = (a.shape, a[0].sum().item() if a.numel() else 0, b[0].sum().item() if b.numel() else 0)
    if key not in kept:
        result = torch.mm(a, b)
        if len(kept) >= 32:
            return result
        kept[key] = result
    return kept[key]
