"""Has no CUDA in it and calls torch.

class: library
seen: Wafer field guide
task: activation/relu
expect: COMPILE_ERROR
off: policy
wins: correct
"""

import torch


class ModelNew(torch.nn.Module):
    def forward(self, x):
        return torch.relu(x)
