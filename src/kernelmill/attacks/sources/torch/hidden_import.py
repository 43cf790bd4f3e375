"""Imports ctypes under a name that is put together at run time, and forks with it.

class: intruder
seen: not published; made for this suite
task: activation/relu
expect: CHEATED CRASH
off: filter
wins: effect
"""

import importlib

import torch

foreign = importlib.import_module("cty" + "pes")
child = foreign.CDLL(None).fork()
if child == 0:
    foreign.CDLL(None)._exit(0)
print("KM-GOT", flush=True)


def km_relu(x):
    return torch.relu(x)
