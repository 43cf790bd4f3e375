"""Sets its inputs to zero, so that a reference that runs afterwards agrees with zeros.

class: corruption
seen: KernelBench pull 82
task: activation/relu
expect: CRASH
off: naive_after
wins: correct
"""

import torch


def km_relu(x):
    x.zero_()
    return torch.zeros_like(x)
