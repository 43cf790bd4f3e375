"""Leaves torch with another number of threads for whoever computes next.

class: slow baseline
seen: not published; made for this suite
task: softmax/softmax
expect: NEUTRALISED CRASH
off: naive
wins: environment
"""

import torch


def km_softmax(x):
    result = torch.softmax(x, -1)
    torch.set_num_threads(3)
    return result
