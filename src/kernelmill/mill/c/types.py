"""C types, literals and identifiers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kernelmill.mill.expr import SIZES, Const

SCALAR = {"f32": "float", "f64": "double", "i8": "int8_t", "u8": "uint8_t", "i16": "int16_t", "i32": "int32_t",
          "i64": "int64_t", "bool": "bool", "f16": "float", "bf16": "float"}  # fmt: skip
#: In buffers: f16 and bf16 are stored as 16-bit patterns (and computed with as float), bool as a byte 0 or 1.
STORED = SCALAR | {"bool": "uint8_t", "f16": "uint16_t", "bf16": "uint16_t"}
LETTER = {"float": "f", "double": "d", "int8_t": "b", "uint8_t": "u", "int16_t": "h", "uint16_t": "w", "int32_t": "i",
          "int64_t": "l"}  # fmt: skip
BYTES = {"float": 4, "double": 8, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "int64_t": 8}
MASK = {8: "int8_t", 16: "int16_t", 32: "int32_t", 64: "int64_t"}
HALVES = frozenset({"f16", "bf16"})
_RESERVED_TEXT = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const constexpr
    continue default delete do double dynamic_cast else enum explicit export extern false float for friend goto if
    inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public
    register restrict return short signed sizeof static struct switch template this throw true try typedef typeid
    typename union unsigned using virtual void volatile wchar_t while xor xor_eq ws unix linux int8_t int16_t
    int32_t int64_t uint8_t uint16_t uint32_t INT64_MIN
"""
_RESERVED = frozenset(_RESERVED_TEXT.split())


@dataclass(frozen=True)
class Val:
    """A piece of C: its dtype, its lanes (1 = scalar) and, for a vector of bool, the bits of its mask elements."""

    code: str
    dtype: str
    lanes: int = 1
    bits: int = 0

    @property
    def ctype(self) -> str:
        """The type of a variable that can hold it."""
        if self.lanes == 1:
            return SCALAR[self.dtype]
        return vector_type(MASK[self.bits] if self.dtype == "bool" else SCALAR[self.dtype], self.lanes)


def vector_type(scalar: str, lanes: int) -> str:
    """Name of the vector typedef, `v16f`."""
    return f"v{lanes}{LETTER[scalar]}"


def identifier(name: str) -> str:
    """A C identifier for a program name; reserved words and the printer's own prefix get an underscore."""
    return f"{name}_" if name in _RESERVED or name.startswith("km_") else name


def literal(c: Const) -> str:
    """A C literal of exactly this value."""
    value = c.value
    if c.dtype == "bool":
        return "true" if value else "false"
    if isinstance(value, float):
        single = c.dtype != "f64"
        if math.isnan(value):
            return '__builtin_nanf("")' if single else '__builtin_nan("")'
        if math.isinf(value):
            text = "__builtin_inff()" if single else "__builtin_inf()"
            return text if value > 0 else f"(-{text})"
        text = repr(value) + ("f" if single else "")
        return f"({text})" if text.startswith("-") else text
    if value == -(1 << 63):
        return "INT64_MIN"
    text = str(value) + ("LL" if abs(value) >= 1 << 31 else "")
    return f"({text})" if value < 0 else text


def mask_bits(dtype: str) -> int:
    """Bits of the mask that a comparison of this dtype gives."""
    return 32 if dtype in HALVES else 8 * SIZES[dtype]
