"""Small facts about index expressions that need no integer sets: coefficients, constant bounds, signs."""

from __future__ import annotations

from kernelmill.mill.expr import Const, Expr, Op, Opaque, Var, names


def coefficient(expr: Expr, name: str) -> int | None:
    """c if expr = c * name + rest and rest does not mention `name`; None if it depends on `name` in another way."""
    match expr:
        case Var():
            return int(expr.name == name)
        case Op(name="add" | "sub" as word, args=(left, right)):
            a, b = coefficient(left, name), coefficient(right, name)
            return None if a is None or b is None else (a + b if word == "add" else a - b)
        case Op(name="neg", args=(inner,)):
            a = coefficient(inner, name)
            return None if a is None else -a
        case Op(name="mul", args=(left, right)):
            if isinstance(left, Const):
                left, right = right, left
            if isinstance(right, Const):
                a = coefficient(left, name)
                return None if a is None else a * int(right.value)
        case _:
            pass
    return None if name in names(expr) else 0


def upper(expr: Expr) -> int | None:
    """A constant that the expression never exceeds, if one is plain to see (a constant, or a min with one)."""
    match expr:
        case Const():
            return int(expr.value)
        case Op(name="min", args=args):
            known = [u for u in map(upper, args) if u is not None]
            return min(known) if known else None
        case Op(name="max" | "add" as word, args=(left, right)):
            a, b = upper(left), upper(right)
            return None if a is None or b is None else (max(a, b) if word == "max" else a + b)
        case Op(name="mod", args=(_, Const(value=value))):
            return int(value) - 1
        case Op(name="floordiv", args=(left, Const(value=value))) if value > 0:
            a = upper(left)
            return None if a is None else a // int(value)
        case Op(name="mul", args=(left, Const(value=value))) if value >= 0:
            a = upper(left)
            return None if a is None else a * int(value)
        case _:
            return None


def nonnegative(expr: Expr) -> bool:
    """True if the expression is >= 0 because axes, iterators and opaque indices are; False if that is not plain."""
    match expr:
        case Const():
            return expr.value >= 0
        case Var():
            return expr.dtype == "i64"
        case Opaque():
            return True
        case Op(name="add" | "mul" | "floordiv" | "min", args=args):
            return all(map(nonnegative, args))
        case Op(name="max", args=args):
            return any(map(nonnegative, args))
        case Op(name="mod", args=(_, Const(value=value))):
            return value > 0
        case _:
            return False
