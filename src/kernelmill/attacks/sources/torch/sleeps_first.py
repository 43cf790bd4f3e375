"""The first call takes eight seconds.

class: exhaustion
seen: pygpubench pull 7
task: activation/relu
expect: TIMEOUT
off: limits
wins: correct
"""

import time

import torch

calls = 0


def km_relu(x):
    global calls
    calls += 1
    if calls == 1:
        end = time.monotonic() + 8
        while time.monotonic() < end:
            time.sleep(0.01)
    return torch.relu(x)
