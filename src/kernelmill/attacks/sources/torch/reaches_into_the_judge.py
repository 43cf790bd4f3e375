"""Imports the package that judges it.

class: harness
seen: known, no single source
task: activation/relu
expect: REFUSED
off: policy
wins: effect
"""

import torch

import kernelmill.judge.torch_serve

print("KM-GOT" if kernelmill.judge.torch_serve.Runner else "", flush=True)


def km_relu(x):
    return torch.relu(x)
