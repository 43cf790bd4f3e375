"""A quick sufficient test that two accesses never touch one cell, tried before integer sets.

Per dimension the difference of the two indices is a sum of differences of iterators with constant coefficients. If one
coefficient outweighs all the others at their largest, its iterator cannot differ; if it must differ, the cells are apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kernelmill.mill.expr import Const, Expr, Op, Var, names
from kernelmill.mill.linear import upper
from kernelmill.mill.moves.sites import Access, opaque

Range = tuple[float, float]


def disjoint(first: Access, second: Access, order: Mapping[str, str], rename: Mapping[str, str]) -> bool:
    """True if no pair of instances can meet. False says nothing.

    `order` says how an iterator of the first compares with the same one of the second (`=`, `<`, `>`); `rename` as in
    `sets.may_conflict`.
    """
    if len(first.index) != len(second.index):
        return False
    one, two = ({v: upper(e) for v, e in access.loops} for access in (first, second))
    equal = {v for v, sign in order.items() if sign == "="}
    for a, b in zip(first.index, second.index, strict=True):
        left, right = linear(a), linear(b)
        if left is None or right is None:
            continue
        terms: list[tuple[int, Range]] = []
        rest = dict(right[0])
        same = True
        for atom, c in left[0].items():
            partner = _partner(atom, rename)
            name = atom.name if isinstance(atom, Var) else ""
            d = rest.get(partner, 0)
            if name in one:
                together = partner in rest and d == c and isinstance(partner, Var) and partner.name in two
                if together:
                    del rest[partner]
                    terms.append((c, _difference(order.get(name, ""), _larger(one[name], two[_name(partner)]))))
                else:
                    terms.append((c, (0, _high(one[name]))))
            elif atom == partner and d == c and names(atom) <= equal | (names(atom) - set(one)):
                del rest[partner]
            else:
                same = False
        for atom, c in rest.items():
            if isinstance(atom, Var) and atom.name in two:
                terms.append((-c, (0, _high(two[atom.name]))))
            else:
                same = False
        if same and _never_zero(terms, left[1] - right[1]):
            return True
    return False


def _name(atom: Expr) -> str:
    return atom.name if isinstance(atom, Var) else ""


def _partner(atom: Expr, rename: Mapping[str, str]) -> Expr:
    back = {new: old for old, new in rename.items()}
    return Var(back[atom.name]) if isinstance(atom, Var) and atom.name in back else atom


def _high(limit: int | None) -> float:
    return math.inf if limit is None else max(limit - 1, 0)


def _larger(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else max(a, b)


def _difference(order: str, limit: int | None) -> Range:
    """Range of (first minus second)."""
    high = _high(limit)
    return {"=": (0, 0), "<": (-high, -1), ">": (1, high)}.get(order, (-high, high))


def _never_zero(terms: list[tuple[int, Range]], constant: int) -> bool:
    """True if sum(c * d) + constant is never 0 for d in their ranges."""
    terms = [(c, r) for c, r in terms if r != (0, 0)]
    while terms:
        low = constant + sum(min(c * r[0], c * r[1]) for c, r in terms)
        high = constant + sum(max(c * r[0], c * r[1]) for c, r in terms)
        if low > 0 or high < 0:
            return True
        at = max(range(len(terms)), key=lambda i: abs(terms[i][0]))
        c, (start, stop) = terms[at]
        others = sum(abs(x) * max(abs(r[0]), abs(r[1])) for i, (x, r) in enumerate(terms) if i != at) + abs(constant)
        if not abs(c) > others:
            return False
        if start > 0 or stop < 0:
            return True
        del terms[at]
    return constant != 0


def linear(e: Expr) -> tuple[dict[Expr, int], int] | None:
    """(coefficient of every atom, constant) of an index; atoms are variables and whatever is not a sum. None for data."""
    match e:
        case Const():
            return {}, int(e.value)
        case Op(name="add" | "sub" as word, args=(a, b)):
            left, right = linear(a), linear(b)
            if left is None or right is None:
                return None
            sign = 1 if word == "add" else -1
            out = dict(left[0])
            for atom, c in right[0].items():
                out[atom] = out.get(atom, 0) + sign * c
            return {k: c for k, c in out.items() if c}, left[1] + sign * right[1]
        case Op(name="mul", args=(a, Const(value=v))) | Op(name="mul", args=(Const(value=v), a)):
            inner = linear(a)
            return None if inner is None else ({k: c * int(v) for k, c in inner[0].items()}, inner[1] * int(v))
        case Var() | Op():
            return None if opaque(e) else ({e: 1}, 0)
        case _:
            return None
