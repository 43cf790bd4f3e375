"""One number from many: sums, extremes and their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Family, Numerics
from kernelmill.tasks.families import ODD, exact
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def sum(x: Tensor) -> Tensor:
    """Sum of every row."""
    return torch.sum(x, dim=-1)


def mean(x: Tensor) -> Tensor:
    """Mean over the middle axis."""
    return torch.mean(x, dim=1)


def max(x: Tensor) -> Tensor:
    """Largest element of every row."""
    return torch.amax(x, dim=-1)


def var(x: Tensor) -> Tensor:
    """Unbiased variance of every row."""
    return torch.var(x, dim=-1)


def var_shadow(x: Tensor) -> Tensor:
    # each difference from the mean errs by u (|x| + mean|x|), and is squared
    centred = (x - x.mean(-1, keepdim=True)).abs()
    return (centred * (2 * (x.abs() + x.abs().mean(-1, keepdim=True)) + centred)).sum(-1) / (x.shape[-1] - 1)


def argmax(x: Tensor) -> Tensor:
    """Place of the largest element of every row."""
    return torch.argmax(x, dim=-1)


ROWS = {"ci": "N=61 M=1021", "cpu": "N=4096 M=1024", "gpu": "N=16384 M=4096", "paper": "N=128 M=16769025"}
SLABS = {"ci": "B=7 M=61 N=131", "cpu": "B=16 M=512 N=512", "gpu": "B=64 M=1024 N=1024", "paper": "B=128 M=4096 N=4095"}
NEAR_TIES = Family("near_ties", (("x", Draw("normal", 1000.0, 2e-4)),))
"""Values a few units in the last place apart, many of them equal."""

TASKS = (
    define("reduction/sum", sum, "x[N,M] -> y[N]", flops="N*M", profiles=ROWS, numerics=Numerics("linear", length="M", depth=1),
           exact=(exact("integers", x=ODD),)),
    define("reduction/mean", mean, "x[B,M,N] -> y[B,N]", flops="B*M*N", profiles=SLABS,
           numerics=Numerics("linear", length="M", depth=2)),
    define("reduction/max", max, "x[N,M] -> y[N]", flops="N*M", profiles=ROWS, numerics=Numerics("exact"), exact=(NEAR_TIES,)),
    define("reduction/var", var, "x[N,M] -> y[N]", flops="4*N*M", profiles=ROWS, constraints=("M >= 2",),
           numerics=Numerics(length="M", depth=4), shadow=var_shadow),
    define("reduction/argmax", argmax, "x[N,M] -> y[N]:i64", flops="N*M", profiles=ROWS, numerics=Numerics("exact", index_of="x"),
           exact=(NEAR_TIES,)),
)  # fmt: skip
