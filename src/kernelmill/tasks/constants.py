"""Constants at the top of a Python source: read them, and replace them without running it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping

from kernelmill.core.errors import unknown

Constant = int | float | bool | str


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of every assignment of the module's own level, `a, b = 1, 2` taken apart."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                    for name, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(name, ast.Name):
                            yield name.id, value


def constants(source: str) -> dict[str, Constant]:
    """Name -> value of the constants of the module's own level (numbers, bools, text, and arithmetic of them), in order of appearance."""
    found: dict[str, Constant] = {}
    for name, value in _assignments(ast.parse(source)):
        known = _value(value, found)
        if known is not None:
            found[name] = known
    return found


_ARITHMETIC: dict[type[ast.operator], Callable[[int | float, int | float], int | float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _value(node: ast.expr, known: Mapping[str, Constant]) -> Constant | None:
    """The value of a literal or of arithmetic over known names; None for anything else."""
    match node:
        case ast.Constant(value=int() | float() | bool() | str() as value):
            return value
        case ast.Name(id=name):
            return known.get(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _value(operand, known)
            return -value if isinstance(value, int | float) else None
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            a, b = _value(left, known), _value(right, known)
            if isinstance(a, int | float) and isinstance(b, int | float) and (b or not isinstance(op, ast.Div | ast.FloorDiv | ast.Mod)):
                return _ARITHMETIC[type(op)](a, b)
            return None
        case _:
            return None


def override(source: str, values: Mapping[str, Constant]) -> str:
    """The source with these constants replaced, every line in its place.

    What derives from a constant (`N = 2 * batch_size`) follows, because only the assigned expression is replaced; a derived name may be
    replaced too. Raises `UserError` for a name that the source does not assign at its own level.
    """
    tree = ast.parse(source)
    places = list(_assignments(tree))
    for name in values:
        if name not in {n for n, _ in places}:
            raise unknown("constant", name, {n for n, v in places if not isinstance(v, ast.Call)})
    lines = source.splitlines(keepends=True)
    for name, value in sorted(places, key=lambda p: (p[1].lineno, p[1].col_offset), reverse=True):
        if name in values:
            _replace(lines, value, repr(values[name]))
    return "".join(lines)


def _replace(lines: list[str], node: ast.expr, new: str) -> None:
    """Put `new` where `node` stands; a value over several lines leaves its lines empty (columns of `ast` count bytes)."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    head = lines[first].encode()[: node.col_offset].decode()
    tail = lines[last].encode()[node.end_col_offset or 0 :].decode()
    lines[first] = head + new + (tail if first == last else tail.rstrip("\n") + "\n")
    for i in range(first + 1, last + 1):
        lines[i] = "\n"
