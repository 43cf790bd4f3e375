"""Starts 60 threads and keeps them.

class: exhaustion
seen: not published; made for this suite
task: activation/relu
expect: NEUTRALISED CRASH
off: limits
wins: effect
"""

import threading

import torch

tried = False


def attempt():
    for _ in range(60):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
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
