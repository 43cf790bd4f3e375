"""Monte-Carlo arithmetic: how far honest rounding moves the results of a graph that nobody classified.

The reference runs in float64 while every floating ATen result is multiplied by 1 + u*xi, xi uniform in [-1, 1] and u the unit roundoff of
the working precision (D. S. Parker, "Monte Carlo Arithmetic", 1997). Reductions are perturbed by u sqrt(n) S instead, S being the same
reduction of absolute values: one perturbation of the result would know nothing of the roundings in its partial sums. Conditioning,
cancellation and error growth come out by themselves, because the perturbations travel through the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from kernelmill.judge.right import decompose
from kernelmill.judge.right.shadow import Reference

if TYPE_CHECKING:
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

RUNS = 16

_EXACT = """
    abs neg relu relu_ maximum minimum max min amax amin where clamp clamp_ clamp_min clamp_max threshold masked_fill
    masked_fill_ gather index index_select embedding max_pool2d_with_indices sort topk sign floor ceil round trunc frac fill_
    zero_ copy_ cat stack flip roll constant_pad_nd scatter tril triu zeros ones full zeros_like ones_like full_like new_zeros
    new_ones new_full empty empty_like empty_strided new_empty scalar_tensor arange eye clone _to_copy detach lift_fresh
    contiguous cummax cummin unfold repeat max_pool3d_with_indices _unsafe_view view reshape alias fmod remainder copysign
    nan_to_num isfinite hardtanh
"""
EXACT = frozenset(_EXACT.split())
"""Operations that do not round: choice, sign, data movement."""

_FUNCTIONS = """
    exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma digamma
    sigmoid logit pow xlogy rsqrt softplus logaddexp i0 ndtr special_ndtr special_erfcx
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Operations that a platform computes by a polynomial, to within 4 ulp and not to within half of one: perturbed twice as much."""

_REDUCTIONS = """
    sum mean mm bmm mv dot vdot addmm baddbmm addbmm addmv addr convolution conv1d conv2d conv3d cumsum linear einsum avg_pool2d
    avg_pool1d avg_pool3d adaptive_avg_pool2d _adaptive_avg_pool2d nansum trace scatter_add index_add prod cumprod scatter_reduce
    segment_reduce
"""
REDUCTIONS = frozenset(_REDUCTIONS.split())
"""Operations whose result is a long sum (or product): perturbed by u sqrt(n) S."""


def _terms(name: str, args: Sequence[Any], out: torch.Tensor) -> float:
    """Terms per result of a reduction."""
    x: torch.Tensor = args[0]
    if name in ("mm", "bmm", "mv", "dot", "vdot"):
        return x.shape[-1]
    if name in ("addmm", "baddbmm", "addmv", "addbmm"):
        return args[1].shape[-1] + 1
    if name in ("convolution", "conv1d", "conv2d", "conv3d"):
        weight: torch.Tensor = args[1]
        return weight.numel() / max(weight.shape[0], 1) + 1
    if name in ("cumsum", "cumprod"):
        return x.shape[args[1]] if x.ndim else 1
    return max(x.numel() / max(out.numel(), 1), 1)


@cache
def _perturbing() -> Callable[[float, int], TorchDispatchMode]:
    """The dispatch mode `(unit roundoff, seed)`, made on first use: torch is heavy."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_map

    def floating(x: Any) -> bool:
        return isinstance(x, torch.Tensor) and x.is_floating_point()

    def absolute(x: Any) -> Any:
        return tree_map(lambda v: v.abs() if floating(v) else v, x)

    class Perturbing(TorchDispatchMode):
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # nothing is compiled under this mode; True imports torch._dynamo, which takes a second

        def __init__(self, roundoff: float, seed: int) -> None:
            super().__init__()
            self.roundoff = roundoff
            self.random = torch.Generator().manual_seed(seed)

        def noise(self, like: torch.Tensor) -> torch.Tensor:
            xi = torch.rand(like.shape, generator=self.random, dtype=like.dtype)
            return xi.mul_(2 * self.roundoff).sub_(self.roundoff)

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            known = decompose.lookup(func)
            if known is not None:
                with self:
                    return known(*args, **kwargs)
            out = func(*args, **kwargs)
            name = func.overloadpacket.__name__
            if name in EXACT or func.is_view:
                return out
            if name in REDUCTIONS and isinstance(out, torch.Tensor) and floating(out):
                size = func(*absolute(args), **absolute(kwargs))
                return out.add_(self.noise(out).mul_(size).mul_(_terms(name, args, out) ** 0.5))
            if floating(out):
                factor = self.noise(out).mul_(2 if name.rstrip("_") in FUNCTIONS else 1).add_(1)
                return out.mul_(factor) if name.endswith("_") else out * factor
            return tuple(o * self.noise(o).add_(1) if floating(o) else o for o in out) if isinstance(out, (tuple, list)) else out

    return Perturbing


def deviations(
    reference: Reference, inputs: Sequence[torch.Tensor], exact: Sequence[torch.Tensor], roundoff: float, *, seed: int, runs: int = RUNS
) -> list[torch.Tensor]:
    """Largest |perturbed - exact| over the runs, elementwise, float64, one per output; zero for outputs that are not floating.

    `inputs` are float64 (integer tensors as they are), `exact` the unperturbed results. Elements that are not finite give 0.
    """
    import torch

    worst = [torch.zeros(t.shape, dtype=torch.float64) for t in exact]
    for run in range(runs):
        with torch.no_grad(), _perturbing()(roundoff, seed + run):
            results = reference(inputs)
        for w, result, r in zip(worst, results, exact, strict=True):
            if r.is_floating_point():
                torch.maximum(w, (result.double() - r).abs().nan_to_num_(0.0, 0.0, 0.0), out=w)
    return worst
