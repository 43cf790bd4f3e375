"""Two linear layers with a gelu between: weights are inputs of the kernel."""

import torch
import torch.nn as nn
import torch.nn.functional as F

batch_size = 256
features = 768
hidden = 2 * features


class Model(nn.Module):
    """gelu(x W1 + b1) W2 + b2."""

    def __init__(self, features, hidden):
        super().__init__()
        self.up = nn.Linear(features, hidden)
        self.down = nn.Linear(hidden, features)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


def get_inputs():
    return [torch.randn(batch_size, features)]


def get_init_inputs():
    return [features, hidden]
