"""Starts a shell.

class: intruder
seen: not published; made for this suite
task: activation/relu
expect: CHEATED CRASH
off: sandbox
wins: effect
"""

import os

import torch

tried = False


def attempt():
    if os.system("true") == 0:
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
