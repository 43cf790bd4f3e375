"""Elementwise functions of one tensor: bound by memory, so what counts is one pass and a good exponential."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernelmill.core.task import Numerics, Task
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    import torch.nn.functional as F
    from torch import Tensor


def relu(x: Tensor) -> Tensor:
    """max(x, 0)."""
    return torch.relu(x)


def leaky_relu(x: Tensor, negative_slope: float) -> Tensor:
    """x where x > 0, else negative_slope * x."""
    return F.leaky_relu(x, negative_slope)


def elu(x: Tensor, alpha: float) -> Tensor:
    """x where x > 0, else alpha * (exp(x) - 1)."""
    return F.elu(x, alpha)


def elu_shadow(x: Tensor, alpha: float) -> Tensor:
    # exp(x) - 1 cancels near zero in every kernel that has no expm1
    return torch.where(x > 0, x, alpha * (torch.exp(torch.clamp(x, max=0.0)) + 1))


def gelu(x: Tensor) -> Tensor:
    """x * Phi(x), with the error function."""
    return F.gelu(x)


def gelu_shadow(x: Tensor) -> Tensor:
    # 1 + erf(x) cancels for negative x
    return x.abs() * (1 + torch.erf(x.abs() * 0.7071067811865476))


def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x)."""
    return F.silu(x)


def silu_shadow(x: Tensor) -> Tensor:
    # exp(-x) overflows before x * sigmoid(x) is small: |x| times a few of the smallest normal numbers may be lost
    return x.abs() * 1e-31


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent."""
    return torch.tanh(x)


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x))."""
    return torch.sigmoid(x)


def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x)), and x itself above 20."""
    return F.softplus(x)


def mish(x: Tensor) -> Tensor:
    """x * tanh(softplus(x))."""
    return F.mish(x)


def mish_shadow(x: Tensor) -> Tensor:
    # as for silu: exp(x) loses its last bits among the denormal numbers, then is multiplied by |x|
    return x.abs() * 1e-31


def hardswish(x: Tensor) -> Tensor:
    """x * clamp(x + 3, 0, 6) / 6."""
    return F.hardswish(x)


def hardswish_shadow(x: Tensor) -> Tensor:
    # x + 3 cancels near -3
    return x.abs() * (x.abs() + 3).clamp(max=6.0) / 6


PROFILES = {"ci": "N=50021", "cpu": "N=2097152", "gpu": "N=67108864", "paper": "N=1610612736"}
POINTWISE = "pointwise"


def _activation(reference: Callable[..., Any], operations: int, numerics: Numerics, **more: Any) -> Task:
    return define(
        f"activation/{reference.__name__}",
        reference,
        "x[N] -> y[N]",
        flops=f"{operations}*N" if operations > 1 else "N",
        profiles=PROFILES,
        numerics=numerics,
        **more,
    )


TASKS = (
    _activation(relu, 1, Numerics("exact")),
    _activation(leaky_relu, 2, Numerics(POINTWISE, depth=2), scalars={"negative_slope": 0.01}),
    _activation(elu, 4, Numerics(depth=3), shadow=elu_shadow, scalars={"alpha": 1.0}),
    _activation(gelu, 4, Numerics(depth=4), shadow=gelu_shadow),
    _activation(silu, 4, Numerics(depth=4), shadow=silu_shadow),
    _activation(tanh, 1, Numerics(POINTWISE, depth=2)),
    _activation(sigmoid, 3, Numerics(POINTWISE, depth=3)),
    _activation(softplus, 3, Numerics(POINTWISE, depth=3)),
    _activation(mish, 5, Numerics(depth=6), shadow=mish_shadow),
    _activation(hardswish, 5, Numerics(depth=4), shadow=hardswish_shadow),
)
