"""Replaces time.perf_counter by one that hardly advances.

class: clock
seen: reference-kernels issue 162
task: softmax/softmax
expect: NEUTRALISED
off: naive
wins: faster
"""

import time

import torch

real = time.perf_counter


def km_softmax(x):
    time.perf_counter = lambda: real() * 1e-3
    return torch.softmax(x, -1)
