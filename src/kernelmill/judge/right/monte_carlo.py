"""Monte-Carlo arithmetic: how far honest rounding moves the results of a graph that nobody classified.

The reference runs in float64 while every floating ATen result is multiplied by 1 + u*xi, xi uniform in [-1, 1] and u the unit roundoff of
the working precision (D. S. Parker, "Monte Carlo Arithmetic", 1997). Reductions are perturbed by u sqrt(n) S instead, S being the same
reduction of absolute values: one perturbation of the result would know nothing of the roundings in its partial sums. Conditioning,
cancellation and error growth come out by themselves, because the perturbations travel through the graph.

Two things keep this affordable for graphs of many millions of elements: the noise comes from a tape that is read from random places, and S
is computed in the first run alone. Two keep it honest: the runs are stratified (`_tapes`), and where a value is cut off (relu, clamp), what
the perturbation would have done to it does not vanish (`Perturbing.cut`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from kernelmill.judge.right import decompose
from kernelmill.judge.right.bound import GROWTH
from kernelmill.judge.right.shadow import Reference

if TYPE_CHECKING:
    import torch

RUNS, FEW = 16, 6
"""Runs for a workload of ordinary size, and for a large one."""
TAPE = 1 << 18
"""Random numbers that are drawn once; every block of a result takes its own from a random place."""
BLOCK = 1 << 15
"""Elements of a block: 256 KB, so that result and noise meet in the cache."""

_EXACT = """
    abs neg maximum minimum max min amax amin where threshold masked_fill
    masked_fill_ gather index index_select embedding max_pool2d_with_indices sort topk sign floor ceil round trunc frac fill_
    zero_ copy_ cat stack flip roll constant_pad_nd scatter tril triu zeros ones full zeros_like ones_like full_like new_zeros
    new_ones new_full empty empty_like empty_strided new_empty scalar_tensor arange eye clone _to_copy detach lift_fresh
    contiguous cummax cummin unfold repeat max_pool3d_with_indices _unsafe_view view reshape alias fmod remainder copysign
    nan_to_num isfinite
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
CUTS = frozenset(("relu", "clamp", "clamp_min", "clamp_max", "hardtanh"))
"""Operations that replace what lies beyond an edge by the edge."""


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
def _tapes(runs: int, dtype: torch.dtype) -> torch.Tensor:
    """xi of every run as [runs, TAPE]: uniform in [-1, 1], and stratified (McKay, Beckman and Conover 1979).

    At every place the magnitudes of the runs lie in different ones of `runs` equal parts of [0, 1]. One of them is therefore nearly 1: a
    deviation that has a single cause, such as the variance that all elements of a channel share, is never missed by bad luck.
    """
    import torch

    g = torch.Generator().manual_seed(20)
    part = torch.rand((runs, TAPE), generator=g).argsort(0).double()
    size = (part + torch.rand((runs, TAPE), generator=g, dtype=torch.float64)) / runs
    return (size * (torch.randint(0, 2, (runs, TAPE), generator=g) * 2 - 1)).to(dtype)


def _flat(t: torch.Tensor) -> torch.Tensor | None:
    """The elements of a dense tensor in the order of memory, as a view; None where they are not dense."""
    turned = t.permute(sorted(range(t.ndim), key=lambda d: -t.stride(d)))
    return turned.view(-1) if turned.is_contiguous() else None


@dataclass
class Known:
    """What the runs of one workload share."""

    sizes: list[tuple[str, torch.Tensor]] = field(default_factory=list[Any])
    """S of every reduction in the order of the calls."""
    before: list[torch.Tensor] = field(default_factory=list[Any])
    """What went into every cut, unperturbed."""


@cache
def _perturbing() -> Any:
    """The class of the dispatch mode `(unit roundoff, seed, what is known)`, made on first use: torch is heavy."""
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

        def __init__(self, roundoff: float, seed: int, known: Known, run: tuple[int, int] = (0, 1)) -> None:
            super().__init__()
            self.roundoff = roundoff
            self.random = random.Random(seed)
            self.known = known
            self.run, self.runs = run
            self.reductions = self.cuts = 0

        def perturb(self, out: torch.Tensor, factor: float, size: torch.Tensor | None = None) -> torch.Tensor:
            """Multiply every element of `out` by 1 + u * factor * xi, or add u * factor * xi * size to it, in place."""
            scale = self.roundoff * factor
            flat, sizes = _flat(out), None if size is None else _flat(size)
            if flat is None or (size is not None and (sizes is None or out.stride() != size.stride())):
                xi = torch.rand(out.shape, generator=torch.Generator().manual_seed(self.random.getrandbits(62)), dtype=out.dtype)
                xi.mul_(2 * scale).sub_(scale)
                return out.mul_(xi.add_(1)) if size is None else out.add_(xi.mul_(size))
            tape = _tapes(self.runs, out.dtype)[self.run]
            for start in range(0, flat.numel(), BLOCK):
                part = flat[start : start + BLOCK]
                xi = tape.narrow(0, self.random.randrange(TAPE - BLOCK), part.numel())
                if sizes is None:
                    part.mul_((xi * scale).add_(1))
                else:
                    part.addcmul_(sizes[start : start + BLOCK], xi, value=scale)
            return out

        def size(self, name: str, func: Any, args: Any, kwargs: Any) -> torch.Tensor:
            """sqrt(n) S of a reduction, and what it may lose: of the first run, from which the others differ by a few u."""
            place, self.reductions = self.reductions, self.reductions + 1
            if place < len(self.known.sizes) and self.known.sizes[place][0] == name:
                return self.known.sizes[place][1]
            made = func(*absolute(args), **absolute(kwargs))
            if floating(made):
                made = made * _terms(name, args, made) ** 0.5
            if name in ("sum", "mean") and floating(made):
                made += self.lost(func, args, kwargs) / (GROWTH * self.roundoff)
            if place == len(self.known.sizes):
                self.known.sizes.append((name, made))
            return made

        def lost(self, func: Any, args: Any, kwargs: Any) -> torch.Tensor:
            """What a sum in a single accumulator swallows: the terms that are below one ulp of the whole.

            Their rounding errors have one sign and no mean of zero: a million small squares beside a few large ones may be lost entirely.
            """
            terms = args[0].abs()
            dims = args[1] if len(args) > 1 and args[1] is not None and not isinstance(args[1], torch.dtype) else list(range(terms.ndim))
            whole = terms.sum(dims, keepdim=True)
            return func(terms.where(terms <= 2 * self.roundoff * whole, terms.new_zeros(())), *args[1:], **kwargs)

        def cut(self, func: Any, args: Any, kwargs: Any) -> torch.Tensor:
            """relu, clamp and the like, with a deviation where the result is the edge itself.

            A kernel's value may lie on this side of the edge where the exact one lies beyond it by `gap`. The bound is `GROWTH` times the
            deviation d of the value; so what may show on this side is GROWTH * d - gap. A row that is cut off as a whole would otherwise
            have no deviation at all.
            """
            place, self.cuts = self.cuts, self.cuts + 1
            x = args[0]
            if not self.roundoff:
                self.known.before.append(x.clone())
            if not self.roundoff or place >= len(self.known.before) or self.known.before[place].shape != x.shape:
                return func(*args, **kwargs)
            exact = self.known.before[place]
            edge = func(exact.clone(), *args[1:], **kwargs)
            beyond = edge - exact
            over = ((x - exact).abs_() - beyond.abs() / GROWTH).clamp_(min=0.0).nan_to_num_(0.0, 0.0, 0.0)
            out = func(*args, **kwargs)
            moved = torch.where(beyond == 0, out, edge + beyond.sign() * over)
            return out.copy_(moved) if func.overloadpacket.__name__.endswith("_") else moved

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            known = decompose.lookup(func)
            if known is not None:
                with self:
                    return known(*args, **kwargs)
            name = func.overloadpacket.__name__
            if name.rstrip("_") in CUTS and floating(args[0]):
                return self.cut(func, args, kwargs)
            # before the call: an operation in place leaves its argument changed
            size = self.size(name, func, args, kwargs) if name in REDUCTIONS and self.roundoff else None
            out = func(*args, **kwargs)
            if name in EXACT or func.is_view or not self.roundoff:
                return out
            if size is not None and isinstance(out, torch.Tensor) and floating(out):
                return self.perturb(out, 1.0, size)
            if floating(out):
                if not name.endswith("_") and any(floating(a) and a.data_ptr() == out.data_ptr() for a in args):
                    out = out.clone()
                return self.perturb(out, 2.0 if name.rstrip("_") in FUNCTIONS else 1.0)
            return tuple(self.perturb(o, 1.0) if floating(o) else o for o in out) if isinstance(out, (tuple, list)) else out

    return Perturbing


def deviations(
    reference: Reference, inputs: Sequence[torch.Tensor], exact: Sequence[torch.Tensor], roundoff: float, *, seed: int, runs: int = RUNS
) -> list[torch.Tensor]:
    """Largest |perturbed - exact| over the runs, elementwise, float64, one per output; zero for outputs that are not floating.

    `inputs` are float64 (integer tensors as they are), `exact` the unperturbed results. Elements that are not finite give 0.
    """
    import torch

    worst = [torch.zeros(t.shape, dtype=torch.float64) for t in exact]
    known = Known()
    for run in range(runs):
        mode = _perturbing()(roundoff, seed, known, (run, runs))
        with torch.no_grad(), mode:
            results = reference(inputs)
        if mode.cuts and not known.before:
            with torch.no_grad(), _perturbing()(0.0, 0, known):
                reference(inputs)
            with torch.no_grad(), _perturbing()(roundoff, seed, known, (run, runs)):
                results = reference(inputs)
        for w, result, r in zip(worst, results, exact, strict=True):
            if r.is_floating_point():
                torch.maximum(w, (result.double() - r).abs().nan_to_num_(0.0, 0.0, 0.0), out=w)
    return worst
