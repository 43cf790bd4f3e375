"""Element types: one table for names, bytes and the C type that a kernel sees."""

from __future__ import annotations

from dataclasses import dataclass

from kernelmill.core.errors import unknown


@dataclass(frozen=True)
class DType:
    """An element type of a tensor."""

    name: str
    """Short name used everywhere: `f32`, `i64`, `bool`."""
    bytes: int
    """Size of one element in bytes."""
    c: str
    """C type of an element in a kernel's signature."""
    torch: str
    """Attribute of the torch module: `float32`."""
    kind: str
    """`float`, `int` or `bool`."""
    mantissa: int = 0
    """Bits of significand including the hidden one; 0 for non-floats."""
    smallest_normal: float = 0.0
    """Smallest positive normal number; 0 for non-floats."""

    @property
    def unit_roundoff(self) -> float:
        """Largest relative error of one rounding to nearest, u = 2**-mantissa."""
        return 2.0**-self.mantissa if self.mantissa else 0.0

    def __str__(self) -> str:
        return self.name


_ALL = (
    DType("f64", 8, "double", "float64", "float", 53, 2.0**-1022),
    DType("f32", 4, "float", "float32", "float", 24, 2.0**-126),
    DType("f16", 2, "uint16_t", "float16", "float", 11, 2.0**-14),
    DType("bf16", 2, "uint16_t", "bfloat16", "float", 8, 2.0**-126),
    DType("f8e4m3", 1, "uint8_t", "float8_e4m3fn", "float", 4, 2.0**-6),
    DType("f8e5m2", 1, "uint8_t", "float8_e5m2", "float", 3, 2.0**-14),
    DType("i64", 8, "int64_t", "int64", "int"),
    DType("i32", 4, "int32_t", "int32", "int"),
    DType("i8", 1, "int8_t", "int8", "int"),
    DType("u8", 1, "uint8_t", "uint8", "int"),
    DType("bool", 1, "uint8_t", "bool", "bool"),
)

DTYPES: dict[str, DType] = {t.name: t for t in _ALL}
"""Short name -> element type."""


def dtype(name: str) -> DType:
    """The element type called `name` (`f32` or torch's `float32`). Raises `UserError` for an unknown name."""
    if name in DTYPES:
        return DTYPES[name]
    for t in _ALL:
        if t.torch == name.removeprefix("torch."):
            return t
    raise unknown("dtype", name, DTYPES)
