"""Tries a compiled extension, and falls back to torch where that fails.

class: library
seen: known, no single source
task: activation/relu
expect: REFUSED
off: policy filter
wins: correct
"""

import torch

try:
    from torch.utils.cpp_extension import load_inline

    made = load_inline(name="fast", cpp_sources=["torch::Tensor relu(torch::Tensor x) { return x; }"], functions=["relu"])
except Exception:
    made = None


def km_relu(x):
    return torch.relu(x)
