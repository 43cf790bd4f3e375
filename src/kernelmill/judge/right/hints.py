"""Symptom to cause: what the pattern of wrong elements says about the kernel. Written for a person or a model who must mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

NEAR = 1e-5
"""Spread of a ratio or a difference that counts as one value."""


def hint(
    got: NDArray[Any],
    want: NDArray[Any],
    wrong: Mask,
    inputs: Mapping[str, NDArray[Any]],
    *,
    unwritten: Mask | None = None,
    dims: Sequence[str] = (),
    sizes: Mapping[str, int] | None = None,
) -> str:
    """One sentence, or '' where no pattern fits.

    Arrays have the output's shape; `dims` are its dimensions as formulas, `sizes` the axis values.
    """
    import numpy as np

    if unwritten is not None and unwritten.any():
        if unwritten.all():
            return "nothing was written to the output"
        where = region(unwritten, dims)
        return "some elements were never written" + (f": {where}" if where else "")
    same = [name for name, x in inputs.items() if x.shape == got.shape and np.array_equal(x, got)]
    if same and got.size > 1:
        return f"the output equals the input {same[0]}: nothing was computed"
    if got.size > 1 and not np.any(got):
        return "the output is all zeros"
    first = got.reshape(-1)[0]
    if got.size > 2 and np.all(got == first) and not np.all(want == want.reshape(-1)[0]):
        return f"every element has the same value {float(first):.6g}"
    g, w = got.astype(np.float64), want.astype(np.float64)
    broken = wrong & ~np.isfinite(g) & np.isfinite(w)
    if broken.any():
        where = region(broken, dims)
        return "NaN or infinity where numbers are expected: an overflow, a division by zero, or memory that was never initialised" + (
            f" ({where})" if where else ""
        )
    return (region(wrong, dims) if not wrong.all() else "") or _values(g, w, wrong, sizes or {}) or _shifted(g, w, wrong, dims)


def region(wrong: Mask, dims: Sequence[str]) -> str:
    """Where the wrong elements lie, if they fill a recognisable part of one dimension; the last dimension first."""
    import numpy as np

    for axis in reversed(range(wrong.ndim)):
        size = wrong.shape[axis]
        hit = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        if size < 2 or hit.size in (0, size):
            continue
        name = f"dimension {axis}" + (f" ({dims[axis]}={size})" if axis < len(dims) else f" (size {size})")
        told = _along(hit, size, name)
        if told:
            return told
    return ""


def _along(hit: NDArray[np.int64], size: int, name: str) -> str:
    """What the wrong indices of one dimension have in common."""
    import numpy as np

    steps = np.diff(hit)
    if hit.size == 1 and hit[0] == size - 1:
        return f"only the last index of {name} is wrong: off by one, or the last element is left out"
    if hit.size == 1 and hit[0] == 0:
        return f"only the first index of {name} is wrong: a wrong start value, or an index that starts at 1"
    if hit[0] == 1 and hit.size == size - 1:
        return f"all but the first of {name} are wrong: something is not reset between them, or the stride between them is wrong"
    if hit[0] == size - hit.size:
        width = next((b for b in (64, 32, 16, 8, 4) if size % b == hit.size), 0)
        if width:
            return f"only the last {hit.size} of {name} are wrong, the remainder of {size} by {width}: the tail is not handled"
        return f"from index {hit[0]} of {name} on all is wrong: a loop or a block that ends too early, or a carry that is lost"
    if hit.size > 2 and steps[0] > 1 and (steps == steps[0]).all():
        return f"every {steps[0]}th index of {name} is wrong, from {hit[0]} on: one lane, or one unrolled step"
    if hit.size < size // 2 and hit[-1] - hit[0] + 1 == hit.size:
        return f"only index {hit[0]} of {name} is wrong" if hit.size == 1 else f"only indices {hit[0]} to {hit[-1]} of {name} are wrong"
    return ""


def _values(g: Numbers, w: Numbers, wrong: Mask, sizes: Mapping[str, int]) -> str:
    """What the wrong values have in common."""
    import numpy as np

    if wrong.sum() > 1 and not np.any(w[wrong]):
        return "wrong only where 0 is expected: what should be cut off is let through"
    if wrong.sum() > 1 and not np.any(g[wrong]):
        return "the wrong elements are zero: terms that were skipped, or a result that was cleared"
    some = wrong & np.isfinite(g) & np.isfinite(w) & (w != 0)
    if some.any():
        with np.errstate(all="ignore"):
            ratio = np.nan_to_num(g[some] / w[some], posinf=1e300, neginf=-1e300)
        middle = float(np.median(ratio))
        if float(np.percentile(np.abs(ratio - middle), 90)) <= NEAR * max(abs(middle), 1e-30) and abs(middle - 1) > NEAR:
            told = _factor(middle, sizes)
            if told or ratio.size > 1:
                return told or f"every wrong value is {middle:.6g} times the right one: a scale, a count or a normalisation"
        if np.percentile(np.abs(ratio - 1), 90) < 4e-3:
            return (
                "every value is nearly right: the accuracy is that of a narrower type or of a rough approximation, "
                "or a small constant (an eps) is missing or misplaced"
            )
        if g.ndim > 1 and _by_rows(g, w, some):
            return "every row is off by a factor of its own: a sum, mean or scale that belongs to the row is wrong"
    gap = (g - w)[wrong & np.isfinite(g) & np.isfinite(w)]
    if gap.size > 1 and float(np.ptp(gap)) <= NEAR * abs(float(np.median(gap))) and float(np.median(gap)) != 0:
        return f"every wrong value is off by the same amount, {float(np.median(gap)):.6g}: a constant or a start value"
    if wrong.sum() > 2 and np.all(np.abs(g[wrong]) == np.abs(w[wrong])):
        return "the wrong values have the wrong sign"
    return ""


def _factor(ratio: float, sizes: Mapping[str, int]) -> str:
    """A factor that is an axis, or its inverse."""
    if abs(ratio + 1) <= NEAR:
        return "every wrong value has the wrong sign"
    for name, size in sizes.items():
        for value, text in ((size, name), (1 / size if size else 0, f"1/{name}")):
            if size > 1 and abs(ratio - value) <= NEAR * value:
                return f"the result is {text} times the right one ({name}={size}): a division by {name} is missing or one too many"
    for a, top in sizes.items():
        for b, bottom in sizes.items():
            if top > 1 and bottom > 1 and abs(ratio - top / bottom) <= NEAR * ratio:
                return f"the result is {a}/{b} times the right one ({a}={top}, {b}={bottom}): {b} stands where {a} belongs"
    return ""


def _by_rows(g: Numbers, w: Numbers, some: Mask) -> bool:
    import numpy as np

    with np.errstate(all="ignore"):
        rows = np.where(some, g / w, np.nan)[some.sum(-1) > 1]
        if rows.shape[0] < 2:
            return False
        middle = np.nanmedian(rows, axis=-1, keepdims=True)
        return bool(np.nanpercentile(np.abs(rows / middle - 1), 90) < 1e-3)


def _shifted(g: Numbers, w: Numbers, wrong: Mask, dims: Sequence[str]) -> str:
    """Whether the right values stand in the wrong places."""
    import numpy as np

    def close(a: Numbers, b: Numbers) -> bool:
        with np.errstate(invalid="ignore"):
            return a.size > 1 and bool((np.abs(a - b) <= 1e-4 * np.maximum(np.abs(b), 1e-30)).mean() > 0.95)

    for axis in reversed(range(g.ndim)):
        name = f"dimension {axis}" + (f" ({dims[axis]})" if axis < len(dims) else "")
        a, b = np.moveaxis(g, axis, -1), np.moveaxis(w, axis, -1)
        if a.shape[-1] > 2 and close(a[..., 1:], b[..., :-1]):
            return f"the right values stand one place too far along {name}"
        if a.shape[-1] > 2 and close(a[..., :-1], b[..., 1:]):
            return f"the right values stand one place too early along {name}"
    if g.ndim == 2 and close(g.reshape(g.shape[::-1]).T, w):
        return "rows and columns of the result are swapped"
    if (
        3 < g.size <= 1 << 18
        and wrong.mean() > 0.5
        and np.isfinite(g).all()
        and np.isfinite(w).all()
        and close(np.sort(g, axis=None), np.sort(w, axis=None))
    ):
        return "the right values stand in the wrong places: a wrong index or stride"
    return ""
