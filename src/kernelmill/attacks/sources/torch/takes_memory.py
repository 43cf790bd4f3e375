"""Takes 9 GiB of address space.

class: exhaustion
seen: not published; made for this suite
task: activation/relu
expect: NEUTRALISED CRASH
off: limits
wins: effect
"""

import torch

tried = False


def attempt():
    torch.empty(9 << 30, dtype=torch.uint8)
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
