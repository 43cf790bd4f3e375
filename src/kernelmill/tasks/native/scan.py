"""Running totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Numerics
from kernelmill.tasks.families import ODD, exact
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def cumsum(x: Tensor) -> Tensor:
    """Running sum of every row."""
    return torch.cumsum(x, dim=-1)


def cumsum_shadow(x: Tensor) -> Tensor:
    # n is the length of the prefix, not of the row
    place = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    return torch.cumsum(x.abs(), dim=-1) * (place / x.shape[-1]).sqrt()


TASKS = (
    define("scan/cumsum", cumsum, "x[N,M] -> y[N,M]", flops="N*M", numerics=Numerics(length="M", depth=1), shadow=cumsum_shadow,
           exact=(exact("integers", x=ODD),),
           profiles={"ci": "N=61 M=1021", "cpu": "N=512 M=4096", "gpu": "N=16384 M=4096", "paper": "N=32768 M=32768"}),
)  # fmt: skip
