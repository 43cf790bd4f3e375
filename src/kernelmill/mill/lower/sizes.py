"""Symbolic sizes: torch's symbols and a task's formulas, both as sympy over the task's axes, and from there as index expressions.

sympy knows that `C * H * W // (H * W)` is `C`; the loop program's own expressions stay as simple as text. So sizes are sympy while
a program is being made, and become expressions when a loop or a buffer is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import sympy
from torch.utils._sympy.functions import CleanDiv, FloorDiv, Mod, PythonMod

from kernelmill.core.errors import UserError
from kernelmill.mill.expr import Const, Expr, Var, cast, op

Size: TypeAlias = Any
"""A sympy expression over the axes (`sympy.Integer` where a size is fixed)."""

ONE, ZERO = sympy.Integer(1), sympy.Integer(0)


def axis(name: str) -> Size:
    """The symbol of an axis."""
    return sympy.Symbol(name, integer=True, nonnegative=True)


def formula(text: str | int) -> Size:
    """A formula of `core.formula` as a size."""
    return sympy.Integer(text) if isinstance(text, int) else _formula(ast.parse(text, mode="eval").body)


def _formula(node: ast.expr) -> Size:
    match node:
        case ast.Constant(value=int() as value):
            return sympy.Integer(value)
        case ast.Name(id=name):
            return axis(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_formula(operand)
        case ast.BinOp(left=left, op=kind, right=right):
            a, b = _formula(left), _formula(right)
            match kind:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.FloorDiv():
                    return floordiv(a, b)
                case ast.Mod():
                    return Mod(a, b)
                case _:
                    pass
        case ast.Call(func=ast.Name(id=name), args=args):
            values = [_formula(a) for a in args]
            if name == "cdiv":
                return floordiv(values[0] + values[1] - 1, values[1])
            return (sympy.Min if name == "min" else sympy.Max)(*values)
        case _:
            pass
    raise UserError(f"cannot read the formula '{ast.unparse(node)}'", expected="integers, axis names, + - * // % min max cdiv")


def floordiv(a: Size, b: Size) -> Size:
    """`a // b`, as a polynomial where `b` divides `a` but for a remainder known to be smaller: `(2 * M + 1) // 2` is `M`."""
    exact = quotient(a, b)
    if exact is not None:
        return exact
    if b.is_Integer and int(b) > 0:
        whole, rest = ZERO, ZERO
        for term in sympy.Add.make_args(sympy.expand(a)):
            part = quotient(term, b)
            whole, rest = (whole, rest + term) if part is None else (whole + part, rest)
        if rest.is_Integer:
            return whole + int(rest) // int(b)
    return FloorDiv(a, b)


@lru_cache(maxsize=65536)
def quotient(a: Size, b: Size) -> Size | None:
    """`a / b` if it is a polynomial with whole coefficients, else None."""
    if a.is_Integer and b.is_Integer:
        return sympy.Integer(int(a) // int(b)) if int(b) != 0 and int(a) % int(b) == 0 else None
    if b == ONE:
        return a
    top, bottom = sympy.fraction(sympy.together(sympy.cancel(a / b)))
    return sympy.expand(top) if bottom == 1 else None


@lru_cache(maxsize=65536)
def equal(a: Size, b: Size) -> bool:
    """Whether two sizes are the same for all axes (False where that is not shown)."""
    return a == b or sympy.expand(a - b) == 0


def product(sizes: Iterable[Size]) -> Size:
    """The number of elements."""
    total = ONE
    for size in sizes:
        total = total * size
    return sympy.expand(total)


class Symbols:
    """Torch's symbols of one exported graph, mapped to sizes over axes."""

    def __init__(self, known: Mapping[Size, Size]) -> None:
        self.known = dict(known)

    def size(self, value: Any) -> Size:
        """A torch `SymInt` or an int as a size; a `SymFloat` as the number it is. Raises `UserError` for what depends on data."""
        if isinstance(value, int):
            return sympy.Integer(value)
        raw = value.node.expr if hasattr(value, "node") else sympy.sympify(value)
        missing = raw.free_symbols - set(self.known)
        if missing:
            raise UserError(f"a size depends on data: {raw}", expected="sizes that are formulas over the axes", got=str(raw))
        return _tidy(raw.xreplace(self.known))


def _tidy(size: Size) -> Size:
    """Exact divisions as polynomials, products expanded."""
    if not size.args:
        return size
    args = [_tidy(a) for a in size.args]
    if isinstance(size, FloorDiv | CleanDiv):
        return floordiv(args[0], args[1])
    return sympy.expand(size.func(*args))


def expr(size: Size) -> Expr:
    """A size as an index expression. Raises `UserError` for a form that indices cannot have."""
    if size.is_Integer:
        return Const(int(size), "i64")
    if size.is_Symbol:
        return Var(size.name)
    if size.is_Add:
        plus, minus = [], []
        for term in sorted(size.args, key=lambda t: (t.is_number, str(t))):
            (minus if term.could_extract_minus_sign() else plus).append(term)
        total = expr(plus[0]) if plus else Const(0, "i64")
        for term in plus[1:]:
            total = total + expr(term)
        for term in minus:
            total = total - expr(-term)
        return total
    if size.is_Mul:
        factors = sorted(size.args, key=lambda t: (t.is_number, str(t)))
        total = expr(factors[0])
        for factor in factors[1:]:
            total = total * expr(factor)
        return total
    if size.is_Pow and size.exp.is_Integer and int(size.exp) > 0:
        total = expr(size.base)
        for _ in range(int(size.exp) - 1):
            total = total * expr(size.base)
        return total
    for kinds, name in (((FloorDiv, CleanDiv), "floordiv"), ((Mod, PythonMod, sympy.Mod), "mod")):
        if isinstance(size, kinds):
            return op(name, expr(size.args[0]), expr(size.args[1]))
    if type(size).__name__ in ("Max", "Min"):
        total = expr(size.args[0])
        for term in size.args[1:]:
            total = op(type(size).__name__.lower(), total, expr(term))
        return total
    raise UserError(f"a size is not a formula over the axes: {size}", got=type(size).__name__)


def number(value: Size) -> Expr:
    """A number computed from sizes (`1 / sqrt(D)`, `2 * N`) in f64; a whole one in i64."""
    name = type(value).__name__
    if (value.is_Rational and not value.is_Integer) or value.is_Float:
        return Const(float(value), "f64")
    if name in ("FloatTrueDiv", "IntTrueDiv"):
        return _double(value.args[0]) / _double(value.args[1])
    if name in ("FloatPow", "PowByNatural", "Pow"):
        base, exponent = value.args
        if exponent == -1:
            return Const(1.0, "f64") / _double(base)
        if exponent in (0.5, sympy.Rational(1, 2)):
            return op("sqrt", _double(base))
        if not (name == "Pow" and exponent.is_Integer and int(exponent) > 0 and not _floating(base)):
            return op("pow", _double(base), _double(exponent))
    if name == "ToFloat":
        return _double(value.args[0])
    if name.startswith("OpaqueUnaryFn_"):
        return op(name.removeprefix("OpaqueUnaryFn_"), _double(value.args[0]))
    if _floating(value) and (value.is_Add or value.is_Mul):
        total = _double(value.args[0])
        for term in value.args[1:]:
            total = total + _double(term) if value.is_Add else total * _double(term)
        return total
    return expr(value)


def _double(value: Size) -> Expr:
    return cast(number(value), "f64")


def _floating(value: Size) -> bool:
    """Whether a number is not whole by its form."""
    kinds = ("Float", "FloatTrueDiv", "IntTrueDiv", "FloatPow", "ToFloat")
    return any(type(v).__name__ in kinds or type(v).__name__.startswith("OpaqueUnaryFn_") for v in sympy.preorder_traversal(value))
