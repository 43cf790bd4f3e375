"""Typed expressions of loop programs.

An expression is a tree of five node kinds: `Const`, `Var` (axis, iterator, scalar attribute, let name or reducer
state), `Elem` (one element of a buffer; also the target of a store), `Op` (everything with arguments) and `Opaque` (an
index that comes from data, with its range). Every node knows its dtype; operands of an `Op` have equal dtypes and a
conversion is always a written cast. Python operators build them; a Python number takes the dtype of the other operand.

`select` and, within one expression, `and`/`or` are lazy: an element in the untaken branch is not read. That is how
padding is written: `select(0 <= r and r < H, x[r], 0.0)`.
`max` and `min` let NaN through like torch; `fmax`/`fmin` do not promise anything about NaN and cost one instruction.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DTYPES = ("f32", "f64", "f16", "bf16", "i8", "u8", "i16", "i32", "i64", "bool")
FLOATS = frozenset({"f32", "f64", "f16", "bf16"})
SIZES = {"f32": 4, "f64": 8, "f16": 2, "bf16": 2, "i8": 1, "u8": 1, "i16": 2, "i32": 4, "i64": 8, "bool": 1}


@dataclass(frozen=True)
class OpSpec:
    """Arity and typing rule of one operation (`same`, `float`, `compare`, `logic`, `select`, `test`, `bits`)."""

    arity: int
    rule: str
    infix: str = ""
    level: int = 0  # Python precedence level of the infix form


OPS: dict[str, OpSpec] = {
    "or": OpSpec(2, "logic", "or", 1),
    "and": OpSpec(2, "logic", "and", 2),
    "not": OpSpec(1, "logic", "not", 3),
    "lt": OpSpec(2, "compare", "<", 4),
    "le": OpSpec(2, "compare", "<=", 4),
    "gt": OpSpec(2, "compare", ">", 4),
    "ge": OpSpec(2, "compare", ">=", 4),
    "eq": OpSpec(2, "compare", "==", 4),
    "ne": OpSpec(2, "compare", "!=", 4),
    "add": OpSpec(2, "same", "+", 5),
    "sub": OpSpec(2, "same", "-", 5),
    "mul": OpSpec(2, "same", "*", 6),
    "div": OpSpec(2, "float", "/", 6),
    "floordiv": OpSpec(2, "same", "//", 6),
    "mod": OpSpec(2, "same", "%", 6),
    "neg": OpSpec(1, "same", "-", 7),
    "min": OpSpec(2, "same"),
    "max": OpSpec(2, "same"),
    "fmin": OpSpec(2, "float"),
    "fmax": OpSpec(2, "float"),
    "abs": OpSpec(1, "same"),
    "fma": OpSpec(3, "float"),
    "select": OpSpec(3, "select"),
    "isnan": OpSpec(1, "test"),
    "isinf": OpSpec(1, "test"),
    "bitand": OpSpec(2, "bits"),
    "bitor": OpSpec(2, "bits"),
    "bitxor": OpSpec(2, "bits"),
    "bitnot": OpSpec(1, "bits"),
    "shl": OpSpec(2, "bits"),
    "shr": OpSpec(2, "bits"),
    "copysign": OpSpec(2, "float"),
}
#: Unary and binary functions of floats that a printer spells as libm or as a vector function of `vmath`.
FLOAT_FUNCTIONS = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "cbrt", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "erfinv", "sigmoid", "softplus",
    "floor", "ceil", "trunc", "round", "reciprocal", "lgamma",
)  # fmt: skip
OPS.update({name: OpSpec(1, "float") for name in FLOAT_FUNCTIONS})
#: Functions with a vector form of stated error (`vmath`): `fast_exp` stands for `exp` where a move said so.
FAST_FUNCTIONS = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "rsqrt",
)  # fmt: skip
OPS.update({f"fast_{name}": OpSpec(1, "float") for name in FAST_FUNCTIONS})
OPS.update({"fast_pow": OpSpec(2, "float")})
OPS.update({"pow": OpSpec(2, "float"), "atan2": OpSpec(2, "float"), "fmod": OpSpec(2, "float")})


class Expr:
    """Base of all expression nodes; carries the Python operators."""

    __slots__ = ()
    dtype: str

    def __add__(self, other: Any) -> Expr:
        return op("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return op("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return op("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return op("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        return op("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return op("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return op("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return op("div", other, self)

    def __floordiv__(self, other: Any) -> Expr:
        return op("floordiv", self, other)

    def __mod__(self, other: Any) -> Expr:
        return op("mod", self, other)

    def __neg__(self) -> Expr:
        return op("neg", self)

    def __lt__(self, other: Any) -> Expr:
        return op("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return op("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return op("gt", self, other)

    def __ge__(self, other: Any) -> Expr:
        return op("ge", self, other)

    def __and__(self, other: Any) -> Expr:
        return op("and", self, other)

    def __or__(self, other: Any) -> Expr:
        return op("or", self, other)

    def __invert__(self) -> Expr:
        return op("not", self)

    def eq(self, other: Any) -> Expr:
        return op("eq", self, other)  # == stays structural equality

    def ne(self, other: Any) -> Expr:
        return op("ne", self, other)

    @property
    def children(self) -> tuple[Expr, ...]:
        """Sub-expressions, in order."""
        return ()

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        """The same node over other sub-expressions."""
        return self

    def __bool__(self) -> bool:
        raise TypeError("a loop-program expression has no truth value in Python; use select, & or |")


@dataclass(frozen=True, eq=False)
class Const(Expr):
    """A literal; f32 values are stored rounded to float32. Equality is of dtype and bits (NaN equals NaN)."""

    value: float | int | bool
    dtype: str

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"unknown dtype {self.dtype!r}; allowed: {' '.join(DTYPES)}")
        value: float | int | bool = self.value
        if self.dtype in FLOATS:
            value = float(value)
            if self.dtype == "f32" and math.isfinite(value):
                try:
                    value = struct.unpack("<f", struct.pack("<f", value))[0]
                except OverflowError:
                    value = math.copysign(math.inf, value)
        else:
            value = bool(value) if self.dtype == "bool" else int(value)
        object.__setattr__(self, "value", value)

    def _key(self) -> tuple[str, str]:
        return (self.dtype, repr(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True)
class Var(Expr):
    """A named value: axis, iterator, scalar attribute, let name, or a component of a reducer's state."""

    name: str
    dtype: str = "i64"


@dataclass(frozen=True)
class Elem(Expr):
    """One element of a buffer; read as a value, or written as the target of a statement."""

    buffer: str
    index: tuple[Expr, ...]
    dtype: str

    def __post_init__(self) -> None:
        for part in self.index:
            if part.dtype != "i64":
                raise TypeError(f"index of {self.buffer} has dtype {part.dtype}, expected i64")

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.index

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Elem(self.buffer, children, self.dtype)


@dataclass(frozen=True)
class Opaque(Expr):
    """An index that comes from data: any i64 value, promised to lie in 0 .. extent-1. Nothing is reordered across it."""

    value: Expr
    extent: Expr
    dtype: str = "i64"

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.value, self.extent)

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return Opaque(children[0], children[1])


@dataclass(frozen=True)
class Op(Expr):
    """An operation of `OPS`, or `cast` (one argument, the dtype is the new type). Build with `op`, `cast`."""

    name: str
    args: tuple[Expr, ...]
    dtype: str

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.args

    def rebuild(self, children: tuple[Expr, ...]) -> Expr:
        return cast(children[0], self.dtype) if self.name == "cast" else op(self.name, *children)


def lift(value: Any, dtype: str) -> Expr:
    """A Python number as a constant of `dtype`; an expression unchanged."""
    return value if isinstance(value, Expr) else Const(value, dtype)


def cast(value: Expr, dtype: str) -> Expr:
    """Explicit conversion with C's rules (float to int truncates); to the same dtype it is nothing."""
    if dtype not in DTYPES:
        raise ValueError(f"unknown dtype {dtype!r}; allowed: {' '.join(DTYPES)}")
    return value if value.dtype == dtype else Op("cast", (value,), dtype)


def op(name: str, *args: Any) -> Expr:
    """Build `name(args)`, checking dtypes, with integer constant folding. Raises TypeError on a dtype mismatch."""
    spec = OPS.get(name)
    if spec is None:
        raise KeyError(f"unknown operation {name!r}")
    if len(args) != spec.arity:
        raise TypeError(f"{name} takes {spec.arity} arguments, got {len(args)}")
    typed = args[1:] if spec.rule == "select" else args
    dtypes = {a.dtype for a in typed if isinstance(a, Expr)}
    if len(dtypes) > 1:
        raise TypeError(f"{name} of unequal dtypes {' '.join(sorted(dtypes))}; write the cast")
    dtype = dtypes.pop() if dtypes else ("i64" if all(type(a) is int for a in typed) else "f32")
    exprs = tuple(lift(a, dtype) for a in typed)
    if spec.rule == "select":
        exprs = (lift(args[0], "bool"), *exprs)
        if exprs[0].dtype != "bool":
            raise TypeError(f"select condition has dtype {exprs[0].dtype}, expected bool")
    allowed = {"float": dtype in FLOATS, "test": dtype in FLOATS, "logic": dtype == "bool", "bits": dtype not in FLOATS}
    if not allowed.get(spec.rule, True):
        raise TypeError(f"{name} does not take {dtype}")
    if name == "neg" and isinstance(exprs[0], Const) and dtype != "bool":
        return Const(-exprs[0].value, dtype)
    if dtype == "i64":
        folded = _fold(name, exprs)
        if folded is not None:
            return folded
    return Op(name, exprs, "bool" if spec.rule in ("compare", "logic", "test") else dtype)


def _fold(name: str, args: tuple[Expr, ...]) -> Expr | None:
    """Integer identities that keep index text short: constants, x+0, x-0, x*1, x*0, x//1, x%1, constants to the right."""
    if len(args) != 2:
        return None
    a, b = args
    if isinstance(a, Const) and isinstance(b, Const):
        x, y = int(a.value), int(b.value)
        if name in ("floordiv", "mod") and y == 0:
            return None
        table: dict[str, Any] = {
            "add": lambda: x + y, "sub": lambda: x - y, "mul": lambda: x * y, "floordiv": lambda: x // y,
            "mod": lambda: x % y, "min": lambda: min(x, y), "max": lambda: max(x, y),
        }  # fmt: skip
        return Const(table[name](), "i64") if name in table else None
    if isinstance(a, Const) and name in ("add", "mul"):
        a, b = b, a
        if not (isinstance(b, Const) and b.value in (0, 1)):
            return None
    if isinstance(b, Const):
        if (name in ("add", "sub") and b.value == 0) or (name in ("mul", "floordiv") and b.value == 1):
            return a
        if (name == "mul" and b.value == 0) or (name == "mod" and b.value == 1):
            return Const(0, "i64")
    return a if name in ("min", "max") and a == b else None


def select(condition: Expr, yes: Any, no: Any) -> Expr:
    """Lazy choice: the branch not taken reads nothing."""
    return op("select", condition, yes, no)


def ceildiv(a: Expr, b: int) -> Expr:
    """The smallest integer not below a / b, as `(a + b - 1) // b`."""
    return (a + (b - 1)) // b


def walk(expr: Expr) -> Iterator[Expr]:
    """The node and everything below it, parents first."""
    yield expr
    for child in expr.children:
        yield from walk(child)


def rewrite(expr: Expr, mapping: dict[str, Expr]) -> Expr:
    """Replace variables by name."""
    if isinstance(expr, Var):
        return mapping.get(expr.name, expr)
    old = expr.children
    new = tuple(rewrite(c, mapping) for c in old)
    return expr if all(a is b for a, b in zip(old, new, strict=True)) else expr.rebuild(new)


def names(expr: Expr) -> frozenset[str]:
    """Names of all variables in the expression."""
    return frozenset(e.name for e in walk(expr) if isinstance(e, Var))
