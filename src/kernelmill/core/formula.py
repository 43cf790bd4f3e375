"""Arithmetic over axes as text: shapes, FLOP counts, byte counts and launch sizes.

A formula is `+ - * // % ( )`, integers, axis names and `min max cdiv`, for example `"2*M*N*K"` or `"cdiv(N, 16)"`. It is text, so that
it can stand in an archive, in a signature and in a report, and it is evaluated without `eval`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from kernelmill.core.errors import UserError


def _cdiv(a: int, b: int) -> int:
    return -(-a // b)


_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.Sub: int.__sub__,
    ast.Mult: int.__mul__,
    ast.FloorDiv: int.__floordiv__,
    ast.Mod: int.__mod__,
}
_CALLS: dict[str, Callable[..., int]] = {"min": min, "max": max, "cdiv": _cdiv}


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise UserError(f"cannot read the formula '{text}'", expected="integers, axis names, + - * // % min max cdiv") from None


def _eval(node: ast.expr, axes: Mapping[str, int], text: str) -> int:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() as value):
            return value
        case ast.Name(id=name):
            if name in axes:
                return axes[name]
            raise UserError(f"the formula '{text}' names an axis that is not there", got=name, allowed=sorted(axes))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_eval(left, axes, text), _eval(right, axes, text))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_eval(operand, axes, text)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            return _CALLS[name](*(_eval(a, axes, text) for a in args))
        case _:
            pass
    raise UserError(f"cannot read the formula '{text}'", expected="integers, axis names, + - * // % min max cdiv", got=ast.unparse(node))


def evaluate(text: str | int, axes: Mapping[str, int]) -> int:
    """The value of a formula. Raises `UserError` for an unknown axis or a form that is not arithmetic."""
    return text if isinstance(text, int) else _eval(_parse(text), axes, text)


def names(text: str | int) -> frozenset[str]:
    """The axis names that a formula uses."""
    if isinstance(text, int):
        return frozenset()
    return frozenset(n.id for n in ast.walk(_parse(text)) if isinstance(n, ast.Name) and n.id not in _CALLS)


_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def holds(text: str, axes: Mapping[str, int]) -> bool:
    """Whether one comparison (`M % 16 == 0`, `4 <= N <= 64`) holds. Raises `UserError` if it is not a comparison."""
    node = _parse(text)
    if not isinstance(node, ast.Compare) or any(type(op) not in _COMPARE for op in node.ops):
        raise UserError(f"'{text}' is not a comparison over axes", expected="for example 'M % 16 == 0'")
    values = [_eval(n, axes, text) for n in (node.left, *node.comparators)]
    return all(_COMPARE[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False))
