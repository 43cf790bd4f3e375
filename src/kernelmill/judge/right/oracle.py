"""The oracle: the reference in float64 on the rounded inputs, what it allows, and where nothing can be said.

Beside it stands the *trusted* result, the reference in the working precision: where only that one overflows, an honest kernel may too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES, DType
from kernelmill.core.task import Task, Tensor
from kernelmill.core.workload import Workload
from kernelmill.judge.right import bound, monte_carlo, shadow
from kernelmill.judge.right.expected import Expected, How

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Tensors = Sequence[torch.Tensor]

UNFIT = 0.01
"""Over this share of elements left out, the workload decides nothing about the output."""
MANY = 1 << 16
"""Elements from which on Monte-Carlo arithmetic makes fewer runs: the largest of a row is then known from few."""


def widen(t: torch.Tensor) -> torch.Tensor:
    """A floating tensor in float64, any other as it is."""
    return t.double() if t.is_floating_point() else t


@dataclass(frozen=True)
class Oracle:
    """What a task's outputs must be."""

    task: Task
    reference: shadow.Reference
    shadow: shadow.Reference | None = None
    """For rule `shadow`: S of each output."""

    def expect(
        self, work: Workload, inputs: Tensors, outputs: Sequence[Tensor] | None = None, *, allowed: Sequence[Array | None] | None = None
    ) -> list[Expected]:
        """The expectation for each output. `inputs` are in declared order and in the types of the workload, and are not written.

        `outputs` are the task's outputs with the types of the workload, where these differ from the declared ones. `allowed` takes the
        place of the bound. Raises whatever the reference raises for these inputs.
        """
        import torch

        outs = list(outputs or self.task.outputs)
        with torch.no_grad():
            wide = [widen(t) for t in inputs]
            exact = [t.contiguous() for t in self.reference(wide)]
            trusted = [t.contiguous() for t in self.reference(inputs)]
            bounds = list(allowed) if allowed is not None else self._allowed(work, wide, exact, [DTYPES[t.dtype] for t in outs])
        sides = cache(lambda: self._sides(wide, work.seed, max(_roundoff(t) for t in self.task.tensors)))
        whole = self.task.family(work.family).exact
        results: list[Expected] = []
        for i, tensor in enumerate(outs):

            def flips(i: int = i) -> list[NDArray[Any]]:
                return [side[i].contiguous().numpy() for side in sides()]

            if DTYPES[tensor.dtype].kind == "float":
                r, t = exact[i].double().numpy(), trusted[i].double().numpy()
                results.append(_floating(tensor, r, t, bounds[i], whole=whole, flips=flips))
            elif self.task.numerics.index_of:
                results.append(self._index(tensor, exact[i], wide))
            else:
                results.append(Expected(tensor, "equal", _plain(exact[i].to(trusted[i].dtype)), flips=flips))
        return results

    def _allowed(self, work: Workload, wide: Tensors, exact: Tensors, kinds: list[DType]) -> list[Array | None]:
        """The bound of each floating output; None where equality is asked."""
        rule = self.task.numerics
        floating = [k.kind == "float" for k in kinds]
        if rule.rule == "exact":
            return [None] * len(exact)
        if rule.rule == "monte_carlo":
            runs = monte_carlo.RUNS if max(t.numel() for t in (*exact, *wide)) <= MANY else monte_carlo.FEW
            u = max(bound.working(k.name).unit_roundoff for k in kinds)
            moved = monte_carlo.deviations(self.reference, wide, exact, u, seed=work.seed & 0xFFFFFFFF, runs=runs)
            pairs = zip(exact, moved, kinds, floating, strict=True)
            return [bound.measured(r.double().numpy(), d.numpy(), k) if f else None for r, d, k, f in pairs]
        length = float(formula.evaluate(rule.length, work.sizes))
        sizes: list[Array | float] = [0.0] * len(exact)
        if rule.rule == "linear":
            # only where whole numbers also ask for equality: nothing that is narrower or leaves a term out hides behind a norm
            both = sum(f.exact for f in self.task.families) > 1
            sizes = [s.double().numpy() for s in shadow.absolute(self.reference, wide, by_norms=both)]
        elif rule.rule == "shadow" and self.shadow is not None:
            sizes = [s.double().abs().numpy() for s in self.shadow(wide)]
        return [
            bound.rule(r.double().numpy(), s, length, k, depth=rule.depth, condition=rule.condition) if f else None
            for r, s, k, f in zip(exact, sizes, kinds, floating, strict=True)
        ]

    def _index(self, tensor: Tensor, exact: torch.Tensor, wide: Tensors) -> Expected:
        """An index output: the value at the index must be as good as the best one.

        The values indexed are inputs, exact in any order of comparison, so the best one must be met exactly; which of equal ones is free.
        """
        import numpy as np

        source = [t.name for t in self.task.inputs].index(self.task.numerics.index_of)
        axis = removed_axis(self.task.inputs[source], tensor)
        allowed = np.zeros(tuple(exact.shape))
        return Expected(tensor, "index", exact.numpy(), allowed, choices=wide[source].double().numpy(), axis=axis)

    def _sides(self, wide: Tensors, seed: int, u: float) -> list[tuple[torch.Tensor, ...]]:
        """The reference with every input moved by 2 ulp: all up, all down, and twice at random."""
        import torch

        gen = torch.Generator().manual_seed(seed)

        def moved(t: torch.Tensor, sign: float) -> torch.Tensor:
            if not t.is_floating_point():
                return t
            way = torch.randint(0, 2, t.shape, generator=gen).mul_(2).sub_(1) if sign == 0 else sign
            return t * (1 + 4 * u * way)

        return [self.reference([moved(t, sign) for t in wide]) for sign in (1.0, -1.0, 0.0, 0.0)]


def _roundoff(tensor: Tensor) -> float:
    return bound.working(tensor.dtype).unit_roundoff


def _plain(t: torch.Tensor) -> NDArray[Any]:
    """An integer or bool tensor as an array; bools as bytes, so that a 2 is not a true."""
    import torch

    return t.view(torch.uint8).numpy() if t.dtype == torch.bool else t.numpy()


def _floating(
    tensor: Tensor, r: Array, t: Array, allowed: Array | None, *, whole: bool, flips: Callable[[], list[NDArray[Any]]]
) -> Expected:
    """The expectation of a floating output: `r` is the oracle, `t` the trusted result, `allowed` None where equality is asked."""
    import numpy as np

    special, left_out = _exceptions(r, t)
    counts = np.isfinite(r) & np.isfinite(t) if special is not None or left_out is not None else np.True_
    unfit = ""
    if left_out is not None and left_out.mean() > UNFIT:
        unfit = f"{left_out.mean():.1%} of {tensor.name} overflow in the working precision only"
    how: How = "close"
    if whole and bool(np.all((np.rint(t) == np.rint(r)) | ~counts)):
        how = "whole"
    elif allowed is None and bool(np.all((t == r) | ~counts)):
        how = "equal"
    if how != "close":
        return Expected(tensor, how, r, None, special, left_out, unfit=unfit)
    if allowed is None:  # equality was asked, and torch itself is not equal
        allowed = bound.rule(r, 0.0, 1.0, DTYPES[tensor.dtype])
    allowed, notes = _covering(r, t, allowed, counts)
    return Expected(tensor, how, r, allowed, special, left_out, flips=flips, unfit=unfit, notes=notes)


def removed_axis(source: Tensor, index: Tensor) -> int | None:
    """The dimension of `source` that `index` runs over: the last one whose removal leaves the index's shape; None for a flattened one."""
    for axis in reversed(range(len(source.shape))):
        rest = source.shape[:axis] + source.shape[axis + 1 :]
        kept = (*source.shape[:axis], 1, *source.shape[axis + 1 :])
        if index.shape in (rest, kept):
            return axis
    return None


def _exceptions(r: Array, t: Array) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """(special, left_out): masks, or None where everything is finite."""
    import numpy as np

    finite_r, finite_t = np.isfinite(r), np.isfinite(t)
    if finite_r.all() and finite_t.all():
        return None, None
    neither = ~finite_r & ~finite_t
    special = neither & ((np.isnan(r) & np.isnan(t)) | (r == t))
    left_out = ~(finite_r & finite_t) & ~special
    return (special if special.any() else None), (left_out if left_out.any() else None)


def _covering(r: Array, t: Array, allowed: Array, counts: Any) -> tuple[Array, tuple[str, ...]]:
    """The bound, widened to twice the trusted result's error in the rows where that exceeds it: what torch does is honest by definition."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        error = np.where(counts, np.abs(t - r), 0.0)
    over = error > allowed
    if not over.any():
        return allowed, ()
    row = error.max(axis=-1, keepdims=True, initial=0.0) if error.ndim else error
    rows = over.any(axis=-1, keepdims=True) if error.ndim else over
    return np.where(rows, np.maximum(allowed, 2 * row), allowed), ("widened",)
