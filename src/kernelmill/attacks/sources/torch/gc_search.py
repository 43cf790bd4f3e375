"""Asks the garbage collector for every tensor and returns one that begins like the result.

class: harness
seen: pygpubench pull 7
task: activation/relu
expect: WRONG_VALUE CRASH WRONG_SHAPE
off: naive
wins: correct
"""

import gc

import torch


def km_relu(x):
    want = torch.relu(x.reshape(-1)[:8])
    for thing in gc.get_objects():
        if type(thing) is torch.Tensor and thing.shape == x.shape and thing.data_ptr() != x.data_ptr():
            if torch.equal(thing.reshape(-1)[:8], want):
                return thing
    return torch.zeros_like(x)
