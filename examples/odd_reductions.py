"""Four reductions in a row over sizes that no vector width divides."""

import torch
import torch.nn as nn

rows = 1021
columns = 3001


class Model(nn.Module):
    """Standardise every row, then how far its logsumexp lies above its largest element."""

    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(dim=1, keepdim=True)
        energy = (centred * centred).mean(dim=1, keepdim=True)
        z = centred * torch.rsqrt(energy + self.eps)
        return torch.logsumexp(z, dim=1) - z.amax(dim=1)


def get_inputs():
    return [torch.rand(rows, columns)]


def get_init_inputs():
    return [1e-5]
