"""Normalised exponentials over rows: a maximum, a sum and a pass over each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Family, Numerics
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def softmax(x: Tensor) -> Tensor:
    """exp(x - max) / sum(exp(x - max)) over the last axis."""
    return torch.softmax(x, dim=-1)


def softmax_shadow(x: Tensor) -> Tensor:
    # the sum errs by sqrt(M) u; the exponent's argument is rounded at the size of x and of the maximum, whatever M is
    rounding = (x.abs() + x.abs().amax(-1, keepdim=True)) / x.shape[-1] ** 0.5
    return torch.softmax(x, dim=-1) * (1 + rounding)


def log_softmax(x: Tensor) -> Tensor:
    """x - log(sum(exp(x))) over the last axis."""
    return torch.log_softmax(x, dim=-1)


def log_softmax_shadow(x: Tensor) -> Tensor:
    rounding = (x.abs() + x.abs().amax(-1, keepdim=True) + torch.log_softmax(x, dim=-1).abs()) / x.shape[-1] ** 0.5
    return 1 + rounding


def logsumexp(x: Tensor) -> Tensor:
    """log(sum(exp(x))) over the last axis."""
    return torch.logsumexp(x, dim=-1)


def logsumexp_shadow(x: Tensor) -> Tensor:
    return 1 + x.abs().amax(-1) / x.shape[-1] ** 0.5


PROFILES = {"ci": "N=61 M=1021", "cpu": "N=2048 M=1024", "gpu": "N=16384 M=4096", "paper": "N=4096 M=393216"}
CHANGE = {"wide": {"x": Draw("loguniform", 1e-3, 1e2)}}
"""Beyond 100 one element of a row takes all, and the family would test nothing else."""
LOW = (Family("low", (("x", Draw("normal", -200.0, 3.0)),)),)
"""exp of any of these is 0 in f32: a maximum that begins at zero leaves nothing to divide by."""

TASKS = (
    define("softmax/softmax", softmax, "x[N,M] -> y[N,M]", flops="5*N*M", profiles=PROFILES, change=CHANGE, exact=LOW,
           numerics=Numerics(length="M", depth=4), shadow=softmax_shadow),
    define("softmax/log_softmax", log_softmax, "x[N,M] -> y[N,M]", flops="5*N*M", profiles=PROFILES, change=CHANGE, exact=LOW,
           numerics=Numerics(length="M", depth=4), shadow=log_softmax_shadow),
    define("softmax/logsumexp", logsumexp, "x[N,M] -> y[N]", flops="4*N*M", profiles=PROFILES, change=CHANGE, exact=LOW,
           numerics=Numerics(length="M", depth=4), shadow=logsumexp_shadow),
)  # fmt: skip
