"""A convolution, normalised over the batch and cut off at zero."""

import torch
import torch.nn as nn

batch_size = 8
in_channels = 32
out_channels = 64
size = 56


class Model(nn.Module):
    """relu(batch_norm(conv(x))), with the statistics of the batch itself."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


def get_inputs():
    return [torch.randn(batch_size, in_channels, size, size)]


def get_init_inputs():
    return [in_channels, out_channels]
