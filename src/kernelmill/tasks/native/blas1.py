"""Vector operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Numerics
from kernelmill.tasks.families import ODD, exact, sparse
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def axpy(x: Tensor, y: Tensor, alpha: float) -> Tensor:
    """alpha * x + y."""
    return alpha * x + y


def axpy_shadow(x: Tensor, y: Tensor, alpha: float) -> Tensor:
    return (alpha * x).abs() + y.abs()


def axpy_eager(x: Tensor, y: Tensor, alpha: float) -> Tensor:
    return torch.add(y, x, alpha=alpha)


def dot(x: Tensor, y: Tensor) -> Tensor:
    """Sum of the products."""
    return torch.dot(x, y)


TASKS = (
    define("blas1/axpy", axpy, "x[N], y[N] -> z[N]", flops="2*N", scalars={"alpha": -1.7}, numerics=Numerics(depth=2),
           shadow=axpy_shadow, eager=axpy_eager,
           profiles={"ci": "N=50021", "cpu": "N=1572864", "gpu": "N=67108864", "paper": "N=1073741824"}),
    define("blas1/dot", dot, "x[N], y[N] -> result[]", flops="2*N", numerics=Numerics("linear", length="N", depth=1),
           exact=(exact("integers", x=ODD, y=sparse()), exact("integers_swapped", x=sparse(), y=ODD)),
           profiles={"ci": "N=50021", "cpu": "N=2097152", "gpu": "N=67108864", "paper": "N=1073741824"}),
)  # fmt: skip
