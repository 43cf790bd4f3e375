"""Reads a file of the user.

class: files
seen: not published; made for this suite
task: activation/relu
expect: NEUTRALISED
off: sandbox
wins: effect
"""

import torch

tried = False


def attempt():
    with open("@SECRET@") as file:
        if "secret_of_the_user" in file.read():
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
