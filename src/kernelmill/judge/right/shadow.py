"""The absolute shadow S of a graph that is linear in its inputs: the same graph with every difference turned into a sum.

For matmul S = |A| |B|, for a sum S = sum |x|, for a stencil the sum of |coefficient| |neighbour|. It bounds every partial sum of every
order of summation, so an error of u S per operation is honest whatever the order was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

Reference = Callable[[Sequence["torch.Tensor"]], "tuple[torch.Tensor, ...]"]
"""Input tensors in declared order -> outputs in declared order; it does not write its inputs."""


@cache
def _absolute() -> type[TorchDispatchMode]:
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

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            def size(x: Any) -> Any:
                return abs(x) if isinstance(x, float) else x

            named = {k: size(v) for k, v in (kwargs or {}).items()}
            if func in sums:
                return sums[func](*(abs(a) if isinstance(a, (int, float)) else a for a in args), **named)
            if func in (aten.mul.Scalar, aten.mul.Tensor, aten.div.Tensor, aten.div.Scalar, aten.add.Scalar, aten.add.Tensor):
                args = tuple(abs(a) if isinstance(a, (int, float)) else a for a in args)
            return func(*args, **named)

    return Absolute


def absolute(reference: Reference, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """S for each output: the reference of absolute values, differences summed. All in float64 (integer inputs as they are)."""
    with _absolute()():
        return reference([t.abs() if t.is_floating_point() else t for t in inputs])
