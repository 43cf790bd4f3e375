"""Outputs against the expectation, vectorised and in chunks that stay in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernelmill.core.dtypes import DTYPES
from kernelmill.judge.right.bound import ulp
from kernelmill.judge.right.expected import Expected, Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 1 << 15
FLIPS = 1e-3
"""Largest share of elements that may stand on the other side of a discontinuity."""


def decode(raw: NDArray[Any], dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Bytes of a kernel's output as numbers: f32, f64 and integers without a copy, narrower floats as float32.

    `raw` is any contiguous array that holds exactly the output's bytes; bool becomes uint8, so that a 2 is not a true.
    """
    import numpy as np

    kind = DTYPES[dtype]
    flat = raw.reshape(-1).view(np.uint8)
    if kind.name == "bf16":
        return (flat.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if kind.kind == "float" and kind.bytes == 1:
        import torch

        return torch.from_numpy(flat.copy()).view(getattr(torch, kind.torch)).float().numpy().reshape(shape)
    numpy_type = np.uint8 if kind.kind == "bool" else np.dtype(kind.torch)
    return flat.view(numpy_type).reshape(shape)


def _ratios(got: NDArray[Any], want: NDArray[Any], allowed: NDArray[Any]) -> tuple[NDArray[np.bool_], float, int]:
    """(wrong, largest finite error / allowed, index of the worst element); arrays flat."""
    import numpy as np

    wrong = np.empty(got.shape, bool)
    top, at, worst_key = 0.0, 0, -1.0
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for start in range(0, got.size, CHUNK):
            part = slice(start, start + CHUNK)
            q = np.subtract(got[part], want[part], dtype=np.float64)
            np.abs(q, out=q)
            q /= allowed[part]
            np.less_equal(q, 1.0, out=wrong[part])
            key = np.nan_to_num(q, nan=np.inf, copy=False)
            i = int(key.argmax())
            if key[i] > worst_key:
                worst_key, at = float(key[i]), start + i
            top = max(top, float(key[i]))
    np.logical_not(wrong, out=wrong)
    return wrong, top, at


def _same(got: NDArray[Any], want: NDArray[Any]) -> NDArray[np.bool_]:
    """Elementwise equality in which NaN equals NaN."""
    import numpy as np

    equal = got == want
    return equal | (np.isnan(got) & np.isnan(want)) if got.dtype.kind == "f" else equal


def _index(got: NDArray[Any], e: Expected) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(wrong, value at the given index) for an index output; an index out of range is wrong and has value NaN."""
    import numpy as np

    assert e.choices is not None and e.allowed is not None
    source = e.choices if e.axis is not None else e.choices.reshape(-1)
    axis = e.axis if e.axis is not None else 0
    size = source.shape[axis]
    inside = (got >= 0) & (got < size)
    picked = np.take_along_axis(source, np.expand_dims(np.where(inside, got, 0), axis), axis) if size else np.full(got.shape, np.nan)
    at = np.where(inside, picked.reshape(got.shape), np.nan)
    best = np.take_along_axis(source, np.expand_dims(e.value, axis), axis).reshape(got.shape)
    with np.errstate(invalid="ignore"):
        close = np.abs(at - best) <= e.allowed
    return ~(close | (np.isnan(best) & np.isnan(at) & inside)), at


def compare(got: NDArray[Any], e: Expected, unwritten: NDArray[np.bool_] | None = None) -> Outcome:
    """Whether one output is right. `got` has the output's shape and comes from `decode`; what is `unwritten` is wrong whatever it holds."""
    import numpy as np

    total = got.size
    if total == 0 or e.unfit:
        return Outcome(e.tensor.name, total)
    flat, want = got.reshape(-1), e.value.reshape(-1)
    used, at = 0.0, 0
    shown = flat
    if e.how == "close":
        assert e.allowed is not None
        wrong, used, at = _ratios(flat, want, e.allowed.reshape(-1))
    elif e.how == "whole":
        wrong = ~_same(np.rint(flat), np.rint(want))
    elif e.how == "index":
        wrong, at_index = _index(got, e)
        wrong, shown = wrong.reshape(-1), at_index.reshape(-1)
    else:
        wrong = ~_same(flat, want)
    if e.special is not None:
        special = e.special.reshape(-1)
        wrong[special] = ~_same(flat[special].astype(np.float64), want[special])
    if e.left_out is not None:
        wrong[e.left_out.reshape(-1)] = False
    if unwritten is not None:
        wrong |= unwritten.reshape(-1)
    count = int(np.count_nonzero(wrong))
    flipped = 0
    if count and unwritten is None and e.flips is not None and count <= max(1, FLIPS * total):
        flipped = _forgive(flat, want, wrong, e)
        count -= flipped
    if e.special is not None or e.left_out is not None or unwritten is not None or flipped:
        used, at = _again(flat, want, wrong, e)
    if count == 0:
        return Outcome(e.tensor.name, total, used=used, worst_ulp=_ulps(flat, want, at, e), flipped=flipped)
    if e.how != "close" or not wrong[at]:
        at = int(wrong.argmax())
        if e.how == "whole" or (e.how == "equal" and flat.dtype.kind == "f"):
            gap = np.where(wrong, np.abs(np.subtract(flat, want, dtype=np.float64)), -1.0)
            at = int(np.nan_to_num(gap, nan=np.inf).argmax())
    best = float(want[at]) if e.how != "index" else float(e.value.reshape(-1)[at])
    values = {"got": float(flat[at]), "want": best}
    if e.allowed is not None:
        values["allowed"] = float(e.allowed.reshape(-1)[at])
    if e.how == "index":
        values["value"] = float(shown[at])
    return Outcome(
        name=e.tensor.name,
        total=total,
        wrong=wrong.reshape(got.shape),
        count=count,
        worst=tuple(int(i) for i in np.unravel_index(at, got.shape)) if got.ndim else (),
        worst_ulp=_ulps(flat, want, at, e),
        used=used,
        normwise=_normwise(flat, want, e),
        flipped=flipped,
        values=values,
    )


def _normwise(flat: NDArray[Any], want: NDArray[Any], e: Expected) -> float | None:
    """Error of the whole output relative to its size; None where a number is missing that is expected."""
    import numpy as np

    if DTYPES[e.tensor.dtype].kind != "float":
        return None
    counted = np.isfinite(want)
    got, wanted = flat[counted].astype(np.float64), want[counted].astype(np.float64)
    size = float(np.linalg.norm(wanted))
    return float(np.linalg.norm(got - wanted)) / size if size and np.isfinite(got).all() else None


def _again(flat: NDArray[Any], want: NDArray[Any], wrong: NDArray[np.bool_], e: Expected) -> tuple[float, int]:
    """Largest error / allowed and its place where some elements do not count."""
    import numpy as np

    if e.how != "close" or e.allowed is None:
        return 0.0, int(wrong.argmax())
    with np.errstate(invalid="ignore"):
        q = np.abs(np.subtract(flat, want, dtype=np.float64)) / e.allowed.reshape(-1)
    q = np.where(wrong, np.nan_to_num(q, nan=np.inf), np.where(q <= 1.0, q, 0.0))
    at = int(q.argmax())
    return float(q[at]), at


def _ulps(flat: NDArray[Any], want: NDArray[Any], at: int, e: Expected) -> float:
    """Error at one element in units in the last place of the expected value."""
    import numpy as np

    if DTYPES[e.tensor.dtype].kind != "float":
        return 0.0
    gap = abs(float(flat[at]) - float(want[at]))
    unit = float(ulp(np.array([float(want[at])]), DTYPES[e.tensor.dtype])[0])
    return gap / unit if np.isfinite(gap) and np.isfinite(unit) else float("inf") if gap != 0 else 0.0


def _forgive(flat: NDArray[Any], want: NDArray[Any], wrong: NDArray[np.bool_], e: Expected) -> int:
    """Clear wrong elements that stand on the other side of a discontinuity; how many."""
    import numpy as np

    assert e.flips is not None
    before = int(np.count_nonzero(wrong))
    places = np.flatnonzero(wrong)
    allowed = e.allowed.reshape(-1)[places] if e.allowed is not None else np.zeros(places.size)
    for other in e.flips():
        side = other.reshape(-1)[places].astype(np.float64)
        with np.errstate(invalid="ignore"):
            jumps = np.abs(side - want[places]) > 2 * allowed
            there = np.abs(flat[places] - side) <= allowed
        wrong[places[jumps & there]] = False
    return before - int(np.count_nonzero(wrong))
