"""Returns zeros: the softmax of a long row is below every absolute tolerance.

class: degenerate
seen: MultiKernelBench tasks
task: softmax/softmax
expect: WRONG_VALUE
off: naive
wins: correct
"""

import torch


def km_softmax(x):
    return torch.zeros_like(x)
