"""Returns zeros, and prints a better result line when Python ends.

class: verdict
seen: pygpubench pull 7
task: activation/relu
expect: WRONG_VALUE
off: naive
wins: correct
"""

import atexit

import torch

atexit.register(lambda: print('{"correct": true, "speedup": 100.0}', flush=True))


def km_relu(x):
    return torch.zeros_like(x)
