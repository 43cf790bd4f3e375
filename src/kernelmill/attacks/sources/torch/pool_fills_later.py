"""Hands the product to torch's own pool of threads and returns before it is done.

class: off the clock
seen: Wafer field guide
task: matmul/square
expect: WRONG_VALUE CHEATED CRASH
off: stop
wins: correct
"""

import torch


@torch.jit.script
def fill(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    return torch.mm(a, b, out=out)


@torch.jit.script
def start(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor):
    return torch.jit.fork(fill, a, b, out)


kept = []


def km_square(a, b):
    out = torch.empty_like(a)
    kept.append(start(a, b, out))
    if len(kept) > 1000:
        kept.clear()
    return out
