"""Forks a child that could compute after the answer.

class: off the clock
seen: not published; made for this suite
task: activation/relu
expect: CHEATED CRASH
off: filter
wins: effect
"""

import os

import torch

tried = False


def attempt():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    print("KM-GOT", flush=True)


def km_relu(x):
    global tried
    if not tried:
        tried = True
        try:
            attempt()
        except (OSError, RuntimeError, MemoryError):
            pass
    return torch.relu(x)
