"""The absolute shadow S of a graph that is linear in its inputs: the same graph with every difference turned into a sum.

For matmul S = |A| |B|, for a sum S = sum |x|, for a stencil the sum of |coefficient| |neighbour|. It bounds every partial sum of every
order of summation, so an error of u S per operation is honest whatever the order was.

Fast products (Strassen 1969, Winograd's form of it) add rows to rows and columns to columns before they multiply: their error is bounded by
norms and not element by element (R. P. Brent 1970; N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 23.2.2). For
them S of a product of two matrices may be taken as the largest row norm of A times the largest column norm of B, where that is larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Reference = Callable[[Sequence["torch.Tensor"]], "tuple[torch.Tensor, ...]"]
"""Input tensors in declared order -> outputs in declared order; it does not write its inputs."""


@cache
def _absolute() -> Any:
    """The dispatch mode, made on first use: torch is heavy."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    aten: Any = torch.ops.aten
    sums = {
        aten.sub.Tensor: aten.add.Tensor,
        aten.sub.Scalar: aten.add.Scalar,
        aten.sub_.Tensor: aten.add_.Tensor,
        aten.sub_.Scalar: aten.add_.Scalar,
        aten.rsub.Scalar: aten.add.Scalar,
        aten.rsub.Tensor: aten.add.Tensor,
        aten.neg.default: aten.abs.default,
    }

    class Absolute(TorchDispatchMode):
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # nothing is compiled under this mode; True imports torch._dynamo, which takes a second

        def __init__(self, by_norms: bool = False) -> None:
            super().__init__()
            self.by_norms = by_norms

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            def size(x: Any) -> Any:
                return abs(x) if isinstance(x, float) else x

            named = {k: size(v) for k, v in (kwargs or {}).items()}
            if func in sums:
                return sums[func](*(abs(a) if isinstance(a, (int, float)) else a for a in args), **named)
            if func in (aten.mul.Scalar, aten.mul.Tensor, aten.div.Tensor, aten.div.Scalar, aten.add.Scalar, aten.add.Tensor):
                args = tuple(abs(a) if isinstance(a, (int, float)) else a for a in args)
            if self.by_norms and func in (aten.mm.default, aten.bmm.default) and min(*args[0].shape[-2:], args[1].shape[-1]) > 1:
                rows, columns = args[0].norm(dim=-1).amax(-1), args[1].norm(dim=-2).amax(-1)
                return func(*args, **named).maximum((rows * columns)[..., None, None])
            return func(*args, **named)

    return Absolute


def absolute(reference: Reference, inputs: Sequence[torch.Tensor], *, by_norms: bool = False) -> tuple[torch.Tensor, ...]:
    """S for each output: the reference of absolute values, differences summed. All in float64 (integer inputs as they are).

    `by_norms`: products of two matrices have at least the product of their norms.
    """
    with _absolute()(by_norms):
        return reference([t.abs() if t.is_floating_point() else t for t in inputs])
