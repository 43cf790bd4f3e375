"""Shorter index expressions: integer polynomials with floor divisions that vanish where bounds say so.

An index is read as a polynomial over atoms (axes, iterators, data, floor divisions that stay); `a % b` is `a - b (a // b)`.
`(q b + r) // b` is `q` where 0 <= r < b follows from the extents of the loops. A known `C % 8 == 0` makes `C` eight times the
atom `C // 8`. The result replaces the original only if it is not longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernelmill.mill.expr import Const, Expr, Op, Var, op, walk
from kernelmill.mill.linear import nonnegative

Monomial = tuple[Expr, ...]  # a product of atoms, sorted by text, with repetition
Poly = dict[Monomial, int]


@dataclass(frozen=True)
class Facts:
    """What is known: extents of iterators, and divisors of axes."""

    extents: Mapping[str, Expr]
    divisors: Mapping[str, int]


def divisors(requires: Iterable[str]) -> dict[str, int]:
    """`C % 8 == 0` in conditions on axes, as a mapping."""
    out: dict[str, int] = {}
    for text in requires:
        words = text.split()
        if len(words) == 5 and words[1] == "%" and words[3:] == ["==", "0"] and words[2].isdigit():
            out[words[0]] = int(words[2])
    return out


def simplify(expr: Expr, facts: Facts) -> Expr:
    """An equal i64 expression, not longer; anything else unchanged."""
    if expr.dtype != "i64":
        return expr
    new = _expression(_poly(expr, facts), facts)
    return new if _length(new) < _length(expr) else expr


def _length(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))


def _key(expr: Expr) -> str:
    return repr(expr)


def _poly(e: Expr, facts: Facts) -> Poly:
    match e:
        case Const():
            return {(): int(e.value)} if e.value else {}
        case Var() if e.name in facts.divisors:
            n = facts.divisors[e.name]
            return {(_part(e.name, n),): n}
        case Op(name="add" | "sub" as word, args=(a, b)):
            return _plus(_poly(a, facts), _poly(b, facts), 1 if word == "add" else -1)
        case Op(name="neg", args=(a,)):
            return _plus({}, _poly(a, facts), -1)
        case Op(name="mul", args=(a, b)):
            return _times(_poly(a, facts), _poly(b, facts))
        case Op(name="floordiv", args=(a, b)):
            return _divide(_poly(a, facts), _poly(b, facts), facts)
        case Op(name="mod", args=(a, b)):
            p, q = _poly(a, facts), _poly(b, facts)
            return _plus(p, _times(q, _divide(p, q, facts)), -1)
        case Op() if e.dtype == "i64" and e.name in ("min", "max"):
            return {(op(e.name, *(simplify(a, facts) for a in e.args)),): 1}
        case _:
            return {(e,): 1}


def _part(axis: str, n: int) -> Expr:
    return Op("floordiv", (Var(axis), Const(n, "i64")), "i64")


def _plus(a: Poly, b: Poly, sign: int) -> Poly:
    out = dict(a)
    for m, c in b.items():
        out[m] = out.get(m, 0) + sign * c
    return {m: c for m, c in out.items() if c}


def _times(a: Poly, b: Poly) -> Poly:
    out: Poly = {}
    for m, c in a.items():
        for n, d in b.items():
            product = tuple(sorted((*m, *n), key=_key))
            out[product] = out.get(product, 0) + c * d
    return {m: c for m, c in out.items() if c}


def _divide(a: Poly, b: Poly, facts: Facts) -> Poly:
    """a // b: whole quotient terms, plus one floor-division atom for a rest that is not shown to lie in 0 .. b-1."""
    if len(b) != 1:
        return {(Op("floordiv", (_expression(a, facts), _expression(b, facts)), "i64"),): 1}
    ((monomial, factor),) = b.items()
    whole: Poly = {}
    rest: Poly = {}
    for m, c in a.items():
        left = _without(m, monomial)
        if left is None or factor <= 0:
            rest[m] = c
            continue
        whole = _plus(whole, {left: c // factor}, 1)
        if c % factor:
            rest[m] = c % factor
    whole = {m: c for m, c in whole.items() if c}
    high = _highest(rest, facts)
    if _nonnegative(rest) and high is not None:
        quotient = _bounded(high, monomial, factor)
        if quotient == 0:
            return whole
    return _plus(whole, {(Op("floordiv", (_expression(rest, facts), _expression(b, facts)), "i64"),): 1}, 1)


def _without(m: Monomial, part: Monomial) -> Monomial | None:
    left = list(m)
    for atom in part:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _nonnegative(p: Poly) -> bool:
    return all(c >= 0 for c in p.values()) and all(nonnegative(a) for m in p for a in m)


def _highest(p: Poly, facts: Facts) -> Poly | None:
    """A polynomial over sizes that bounds p (whose coefficients are not negative) from above."""
    out: Poly = {}
    for m, c in p.items():
        term: Poly = {(): c}
        for atom in m:
            limit = _limit(atom, facts)
            if limit is None:
                return None
            term = _times(term, limit)
        out = _plus(out, term, 1)
    return out


def _limit(atom: Expr, facts: Facts) -> Poly | None:
    match atom:
        case Var(name=name) if name in facts.extents:
            return _plus(_poly(facts.extents[name], facts), {(): 1}, -1)
        case Op(name="floordiv", args=(Var(name=name), Const())) if name in facts.divisors:
            return {(atom,): 1}
        case Var():
            return {(atom,): 1}
        case Op(name="floordiv", args=(a, b)):
            top, bottom = _poly(a, facts), _poly(b, facts)
            high = _highest(top, facts) if _nonnegative(top) else None
            if high is None or len(bottom) != 1:
                return None
            ((monomial, factor),) = bottom.items()
            quotient = _bounded(high, monomial, factor)
            return None if quotient is None else {(): quotient}
        case Op(name="min", args=args):
            return next((p for p in (_highest(_poly(a, facts), facts) for a in args) if p is not None), None)
        case _:
            return None


def _bounded(high: Poly, monomial: Monomial, factor: int) -> int | None:
    """The largest n with n * factor * monomial <= high, if high = (n + 1) * factor * monomial - (at least 1) is plain; else None."""
    if factor <= 0:
        return None
    if not monomial:
        return high.get((), 0) // factor if set(high) <= {()} else None
    top = high.get(monomial, 0)
    if set(high) - {(), monomial} or (high.get((), 0) >= 0 and set(high) != {()}) or (set(high) == {()} and high[()] > 0) or top % factor:
        return 0 if not high else None
    return max(top // factor - 1, 0) if top else 0


def _expression(p: Poly, facts: Facts) -> Expr:
    total: Expr | None = None
    order = sorted(p.items(), key=lambda t: (t[1] < 0, not t[0], _key(t[0][-1]) if t[0] else ""))
    for m, c in order:
        term, sign = _term(m, abs(c), facts), c < 0
        total = (op("neg", term) if sign else term) if total is None else total - term if sign else total + term
    return Const(0, "i64") if total is None else total


def _term(m: Monomial, c: int, facts: Facts) -> Expr:
    factors = list(m)
    for at, atom in enumerate(factors):
        match atom:
            case Op(name="floordiv", args=(Var(name=name) as axis, Const(value=n))) if name in facts.divisors and c % int(n) == 0:
                factors[at], c = axis, c // int(n)
                break
            case _:
                pass
    total: Expr | None = None
    for atom in factors:
        total = atom if total is None else total * atom
    if total is None:
        return Const(c, "i64")
    return total if c == 1 else total * c
