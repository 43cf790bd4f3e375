"""Writes a file where everybody may write.

class: exhaustion
seen: not published; made for this suite
task: activation/relu
expect: NEUTRALISED CRASH
off: sandbox
wins: effect
"""

import torch

tried = False


def attempt():
    with open("@FOLDER@/left-behind-by-torch", "wb") as file:
        file.write(bytes(1 << 20))
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
