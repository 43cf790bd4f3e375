"""Elementwise operations of tensors of different shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Numerics
from kernelmill.tasks.families import ODD, exact
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    from torch import Tensor


def add_bias(x: Tensor, bias: Tensor) -> Tensor:
    """The same vector added to every row."""
    return x + bias


def scale_shift(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """x * scale + shift, one scale and shift per channel (the middle axis)."""
    return x * scale[:, None] + shift[:, None]


def outer_sum(a: Tensor, b: Tensor) -> Tensor:
    """Every sum of an element of a and an element of b."""
    return a[:, None] + b[None, :]


TASKS = (
    define("broadcast/add_bias", add_bias, "x[N,M], weight bias[M] -> y[N,M]", flops="N*M", exact=(exact("integers", x=ODD, bias=ODD),),
           profiles={"ci": "N=61 M=1021", "cpu": "N=2048 M=1024", "gpu": "N=16384 M=4096", "paper": "N=32768 M=8192"},
           numerics=Numerics("linear", depth=1)),
    define("broadcast/scale_shift", scale_shift, "x[N,C,L], weight scale[C], weight shift[C] -> y[N,C,L]", flops="2*N*C*L",
           profiles={"ci": "N=5 C=31 L=401", "cpu": "N=16 C=128 L=1024", "gpu": "N=64 C=256 L=4096", "paper": "N=128 C=256 L=16384"},
           numerics=Numerics("linear", depth=2)),
    define("broadcast/outer_sum", outer_sum, "a[N], b[M] -> y[N,M]", flops="N*M", exact=(exact("integers", a=ODD, b=ODD),),
           profiles={"ci": "N=251 M=1021", "cpu": "N=2048 M=2048", "gpu": "N=16384 M=16384", "paper": "N=32768 M=32768"},
           numerics=Numerics("linear", depth=1)),
)  # fmt: skip
