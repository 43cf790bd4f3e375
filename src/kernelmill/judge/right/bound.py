"""The error that an honest kernel may have: |y - r| <= 4 ulp(r) * depth * condition + 8 u sqrt(n) S + F.

r is the float64 reference on the rounded inputs, S its absolute shadow, n the length of the reduction, u the unit roundoff of the working
precision, F the smallest normal number. The square root in place of n is the probabilistic bound of N. J. Higham and T. Mary, "A new
approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41 (2019): rounding errors behave like independent variables of
mean zero, so that the error of a sum grows with sqrt(n). The factor 8 covers any order of summation and a platform function of 4 ulp in
every term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.dtypes import DTYPES, DType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ULPS = 4.0
"""Allowed units in the last place for each rounded operation or platform function on the path."""
GROWTH = 8.0
"""Factor on u sqrt(n) S."""
_EXPONENT = -0x10000000000000  # 0xFFF0_0000_0000_0000 as int64: sign and exponent of a float64


def working(dtype: str) -> DType:
    """The type in which an honest kernel computes: 16- and 8-bit floats are storage, sums run in float32."""
    kind = DTYPES[dtype]
    return DTYPES["f32"] if kind.kind == "float" and kind.bytes < 4 else kind


def ulp(values: Array, kind: DType) -> Array:
    """Distance from |value| to the next larger number of `kind`, elementwise; for |value| below the normals the spacing of subnormals.

    NaN and infinities give NaN or infinity. Values have any shape.
    """
    import numpy as np

    power = (np.ascontiguousarray(values).view(np.int64) & _EXPONENT).view(np.float64)
    return np.maximum(np.abs(power), kind.smallest_normal) * (2.0 * kind.unit_roundoff)


def rule(reference: Array, shadow: Array | float, length: Array | float, output: DType, *, depth: int = 1, condition: float = 1.0) -> Array:
    """The bound of the page `docs/numerics.md`, elementwise in the shape of `reference`.

    `shadow` is S and `length` is n: arrays that broadcast to the reference, or numbers. `output` is the type in which results are stored:
    where it is narrower than the working precision, half an ulp of it is added for the final rounding.
    """
    import numpy as np

    inner = working(output.name)
    allowed = ulp(reference, inner)
    allowed *= ULPS * depth * condition
    if np.any(shadow):
        allowed += GROWTH * inner.unit_roundoff * np.sqrt(np.maximum(length, 1.0)) * shadow
    allowed += inner.smallest_normal
    if inner is not output:
        allowed += 0.5 * ulp(np.abs(reference) + allowed, output)
    return allowed


def measured(reference: Array, deviation: Array, output: DType) -> Array:
    """The bound from Monte-Carlo runs: 8 times the largest deviation in the row, never under 4 ulp. Shapes as `rule`."""
    import numpy as np

    inner = working(output.name)
    widest = deviation.max(axis=-1, keepdims=True, initial=0.0) if deviation.ndim else deviation
    allowed = np.maximum(GROWTH * widest, ULPS * ulp(reference, inner))
    allowed += inner.smallest_normal
    if inner is not output:
        allowed += 0.5 * ulp(np.abs(reference) + allowed, output)
    return allowed
