"""Symptom to cause: what the pattern of wrong elements says about the kernel. Written for a person or a model who must mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def hint(
    got: NDArray[Any],
    want: NDArray[Any],
    wrong: NDArray[np.bool_],
    inputs: Mapping[str, NDArray[Any]],
    *,
    unwritten: NDArray[np.bool_] | None = None,
    dims: Sequence[str] = (),
) -> str:
    """One sentence, or '' where no pattern fits. Arrays have the output's shape; `dims` are its dimensions as formulas."""
    import numpy as np

    if unwritten is not None and (unwritten & wrong).any():
        share = float((unwritten & wrong).sum() / max(wrong.sum(), 1))
        where = _region(unwritten & wrong, dims)
        if unwritten.all():
            return "nothing was written to the output"
        if share > 0.5:
            return "these elements were never written" + (f": {where}" if where else "")
    if wrong.all() and got.size > 1:
        for name, x in inputs.items():
            if x.shape == got.shape and np.array_equal(x, got):
                return f"the output equals the input {name}: nothing was computed"
    g, w = got[wrong].astype(np.float64), want[wrong].astype(np.float64)
    finite = np.isfinite(g) & np.isfinite(w)
    if g.size and not np.isfinite(g).any() and np.isfinite(w).all():
        return "NaN or infinity where numbers are expected: an overflow, a division by zero, or memory that was never initialised"
    if got.size > 1 and not np.any(got):
        return "the output is all zeros"
    if got.size > 2 and np.all(got == got.reshape(-1)[0]) and not np.all(want == want.reshape(-1)[0]):
        return f"every element has the same value {float(got.reshape(-1)[0]):.6g}"
    if not wrong.all():
        where = _region(wrong, dims)
        if where:
            return where
    return _values(g[finite], w[finite]) or (_permuted(got, want) if wrong.mean() > 0.5 else "")


def _region(wrong: NDArray[np.bool_], dims: Sequence[str]) -> str:
    """Where the wrong elements lie, if they fill a recognisable region."""
    import numpy as np

    for axis in reversed(range(wrong.ndim)):
        size = wrong.shape[axis]
        if size < 2:
            continue
        name = f"dimension {axis}" + (f" ({dims[axis]}={size})" if axis < len(dims) else f" (size {size})")
        hit = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        if hit.size in (0, size):
            continue
        if hit.size == 1 and hit[0] == size - 1:
            return f"only the last index of {name} is wrong: off by one, or the last element is left out"
        if hit[0] == size - hit.size:
            width = next((f", the remainder of {size} by {b}" for b in (4, 8, 16, 32, 64) if size % b == hit.size), "")
            return f"only the last {hit.size} of {name} are wrong{width}: the tail is not handled"
        if hit.size == 1 and hit[0] == 0:
            return f"only the first index of {name} is wrong: a wrong start value or an index that starts at 1"
        if hit[0] == 1 and hit.size == size - 1:
            return f"all but the first of {name} are wrong: a stride along it is wrong, or something is not reset between rows"
        if hit.size > 2 and len(set(np.diff(hit))) == 1 and np.diff(hit)[0] > 1:
            return f"every {np.diff(hit)[0]}th index of {name} is wrong, from {hit[0]} on: one lane or one unrolled step"
        if hit.size < size // 2 and hit[-1] - hit[0] + 1 == hit.size:
            return f"only indices {hit[0]} to {hit[-1]} of {name} are wrong"
    return ""


def _values(g: NDArray[np.float64], w: NDArray[np.float64]) -> str:
    """What the wrong values have in common, finite ones only."""
    import numpy as np

    if g.size < 1:
        return ""
    some = np.abs(w) > 0
    if some.any():
        ratio = g[some] / w[some]
        middle = float(np.median(ratio))
        steady = ratio.size > 1 and float(np.percentile(np.abs(ratio - middle), 90)) <= 1e-5 * max(abs(middle), 1e-30)
        if steady and abs(middle + 1) < 1e-5:
            return "every wrong value has the wrong sign"
        if steady and abs(middle - 1) > 1e-5 and middle != 0:
            inverse = f" (1/{1 / middle:.6g})" if abs(middle) < 1 else ""
            return f"every wrong value is {middle:.6g}{inverse} times the right one: a scale, a count or a normalisation"
        near = np.abs(ratio - 1)
        if np.percentile(near, 90) < 4e-3:
            return (
                "every value is nearly right: the accuracy is that of a narrower type or of a rough approximation, "
                "or a small constant (an eps) is missing"
            )
    gap = g - w
    if gap.size > 1 and abs(float(np.median(gap))) > 0 and float(np.ptp(gap)) <= 1e-4 * abs(float(np.median(gap))):
        return f"every wrong value is off by the same amount, {float(np.median(gap)):.6g}: a constant or a start value"
    return ""


def _permuted(got: NDArray[Any], want: NDArray[Any]) -> str:
    """Whether the right values stand in the wrong places."""
    import numpy as np

    if got.size < 4 or got.size > 1 << 20 or not np.isfinite(got).all() or not np.isfinite(want).all():
        return ""
    a, b = np.sort(got.reshape(-1).astype(np.float64)), np.sort(want.reshape(-1))
    scale = np.maximum(np.abs(b), 1e-30)
    if (np.abs(a - b) <= 1e-4 * scale).mean() > 0.99:
        return "the right values stand in the wrong places: a transposed index or a wrong stride"
    return ""
