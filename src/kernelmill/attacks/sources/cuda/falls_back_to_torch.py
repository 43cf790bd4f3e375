"""Its CUDA does not compile, and it catches that and calls torch.

class: library
seen: known, no single source
task: activation/relu
expect: COMPILE_ERROR
off: policy
wins: correct
"""

import torch
from torch.utils.cpp_extension import load_inline

try:
    op = load_inline("relu", "torch::Tensor relu(torch::Tensor x);", "__global__ void relu(float *x) { not C++ }", functions=["relu"])
except Exception:
    op = None


class ModelNew(torch.nn.Module):
    def forward(self, x):
        return op.relu(x) if op else torch.relu(x)
