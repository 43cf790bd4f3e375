"""Integer sets: the only file that knows islpy.

A question is always "can two accesses touch the same cell under these conditions?". What is not quasi-affine becomes an
unknown integer, so that the answer errs to yes: a move is legal only if the answer is no.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kernelmill.mill.expr import Const, Expr, Op, Opaque, Var, names, op, rewrite
from kernelmill.mill.moves.ranges import disjoint
from kernelmill.mill.moves.sites import Access

_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "="}


def least(bound: Expr) -> list[Expr]:
    """Expressions whose minimum is `bound`: what is monotone moves inside, so that no case distinction is left to isl."""
    match bound:
        case Op(name="min", args=(a, b)):
            return least(a) + least(b)
        case Op(name="add", args=(a, b)):
            return [x + y for x in least(a) for y in least(b)]
        case Op(name="sub", args=(a, b)):
            return [x - b for x in least(a)]
        case Op(name="mul" | "floordiv" as word, args=(a, Const(value=v) as factor)) if v > 0:
            return [op(word, x, factor) for x in least(a)]
        case _:
            return [bound]


class _Text:
    """Builds the constraints of one set; unknown values become existential variables."""

    def __init__(self) -> None:
        self.constraints: list[str] = []
        self.unknown: list[str] = []
        self.exact = True  # False once something was left out

    def fresh(self) -> str:
        self.unknown.append(f"u{len(self.unknown)}")
        return self.unknown[-1]

    def value(self, e: Expr) -> str:
        """An affine expression in isl's syntax."""
        match e:
            case Const():
                return f"({int(e.value)})"
            case Var() if e.dtype == "i64":
                return e.name
            case Op(name="add" | "sub" as word, args=(a, b)):
                return f"({self.value(a)} {'+' if word == 'add' else '-'} {self.value(b)})"
            case Op(name="neg", args=(a,)):
                return f"(0 - {self.value(a)})"
            case Op(name="mul", args=(a, Const(value=v))) | Op(name="mul", args=(Const(value=v), a)):
                return f"({int(v)} * {self.value(a)})"
            case Op(name="floordiv", args=(a, Const(value=v))) if v > 0:
                return f"floor({self.value(a)} / {int(v)})"
            case Op(name="mod", args=(a, Const(value=v))) if v > 0:
                inner = self.value(a)
                return f"({inner} - {int(v)} * floor({inner} / {int(v)}))"
            case Op(name="min" | "max" as word, args=(a, b)):
                name, x, y = self.fresh(), self.value(a), self.value(b)
                sign = "<=" if word == "min" else ">="
                self.constraints += [f"{name} {sign} {x}", f"{name} {sign} {y}", f"({name} = {x} or {name} = {y})"]
                return name
            case Opaque():
                name, self.exact = self.fresh(), False
                self.constraints += [f"{name} >= 0", f"{name} < {self.value(e.extent)}"]
                return name
            case _:
                self.exact = False
                return self.fresh()

    def below(self, name: str, extent: Expr) -> None:
        """0 <= name < extent."""
        self.constraints.append(f"{name} >= 0")
        self._less(name, extent)

    def _less(self, name: str, bound: Expr) -> None:
        for part in least(bound):
            self.constraints.append(f"{name} < {self.value(part)}")

    def holds(self, test: Expr) -> None:
        """Assume a condition; what cannot be said is left out (the set only grows)."""
        match test:
            case Op(name="and", args=(a, b)):
                self.holds(a)
                self.holds(b)
            case Op(name=name, args=(a, b)) if name in _COMPARE and a.dtype == "i64":
                self.constraints.append(f"{self.value(a)} {_COMPARE[name]} {self.value(b)}")
            case _:
                self.exact = False


def may_conflict(
    first: Access, second: Access, *, equal: Iterable[str] = (), less: Iterable[str] = (), greater: Iterable[str] = (),
    rename: dict[str, str] | None = None,
) -> bool:  # fmt: skip
    """Can instances of two accesses touch one cell, at least one of them writing?

    The instances agree on the iterators `equal`; iterators of `less` are smaller in the first than in the second, those of
    `greater` larger. `rename` maps iterators of the second access to those they are compared with. Two updates of one
    freely reorderable reduction never conflict.
    """
    if first.buffer != second.buffer or not (first.writes or second.writes):
        return False
    if first.reduction and first.reduction == second.reduction:
        return False
    renamed = {new: old for old, new in (rename or {}).items()}
    equal, less, greater = list(equal), list(less), list(greater)
    order = {**dict.fromkeys(equal, "="), **dict.fromkeys(less, "<"), **dict.fromkeys(greater, ">")}
    if disjoint(first, second, order, rename or {}):
        return False
    text = _Text()
    a, b = _instance(first, "_a", text), _instance(second, "_b", text)
    for sign, group in (("=", equal), ("<", less), (">", greater)):
        text.constraints += [f"{name}_a {sign} {renamed.get(name, name)}_b" for name in group]
    if len(a) != len(b):
        return True  # flattened in one and not in the other: nothing is known
    for x, y in zip(a, b, strict=True):
        text.constraints.append(f"{text.value(x)} = {text.value(y)}")
    iterators = [f"{v}_a" for v, _ in first.loops] + [f"{v}_b" for v, _ in second.loops]
    return not _empty(_set(text, iterators, (first, second)))


def _instance(access: Access, suffix: str, text: _Text) -> list[Expr]:
    mapping: dict[str, Expr] = {v: Var(v + suffix) for v, _ in access.loops}
    for var, extent in access.loops:
        text.below(var + suffix, rewrite(extent, mapping))
    for condition in access.conditions:
        text.holds(rewrite(condition, mapping))
    return [rewrite(i, mapping) for i in access.index]


def _set(text: _Text, iterators: list[str], used: Iterable[Access]) -> str:
    bound = set(iterators)
    parameters: set[str] = set()
    for access in used:
        local = {v for v, _ in access.loops}
        for expr in (*access.index, *access.conditions, *(e for _, e in access.loops)):
            parameters |= {n for n in names(expr) if n not in local}
    parameters -= bound
    constraints = [*text.constraints, *(f"{p} >= 0" for p in sorted(parameters))]
    body = " and ".join(constraints) or "true"
    if text.unknown:
        body = f"exists ({', '.join(text.unknown)}: {body})"
    return f"[{', '.join(sorted(parameters))}] -> {{ [{', '.join(iterators)}] : {body} }}"


@lru_cache(maxsize=50_000)
def _empty(text: str) -> bool:
    import islpy as isl

    return bool(isl.Set(text).is_empty())


def always(test: Expr, loops: tuple[tuple[str, Expr], ...], conditions: tuple[Expr, ...] = ()) -> bool:
    """True if an integer comparison is shown to hold for all iterations of the loops (under the conditions)."""
    if not isinstance(test, Op) or test.name not in ("lt", "le", "gt", "ge", "eq") or test.args[0].dtype != "i64":
        return False
    opposite = {"lt": ">=", "le": ">", "gt": "<=", "ge": "<"}
    failures = [opposite[test.name]] if test.name != "eq" else ["<", ">"]
    for sign in failures:
        text = _Text()
        for var, extent in loops:
            text.below(var, extent)
        for condition in conditions:
            text.holds(condition)
        text.constraints.append(f"{text.value(test.args[0])} {sign} {text.value(test.args[1])}")
        access = Access("", test.args, False, loops, conditions)
        if not _empty(_set(text, [v for v, _ in loops], [access])):
            return False
    return True


def covers(big: Access, small: Access, shared: Iterable[str] = ()) -> bool:
    """True if every cell the second access touches is shown to be touched by the first, in the same iteration of `shared`."""
    import islpy as isl

    texts: list[str] = []
    keep = sorted(shared)
    rank = len(small.index)
    if len(big.index) != rank:
        return False
    parameters: set[str] = set()
    for access in (big, small):
        local = {v for v, _ in access.loops}
        for expr in (*access.index, *access.conditions, *(e for _, e in access.loops)):
            parameters |= {n for n in names(expr) if n not in local}
    for access in (big, small):
        text = _Text()
        local = [v for v, _ in access.loops]
        for var, extent in access.loops:
            text.below(var, extent)
        for condition in access.conditions:
            text.holds(condition)
        for at, index in enumerate(access.index):
            text.constraints.append(f"c{at} = {text.value(index)}")
        text.constraints += [f"{p} >= 0" for p in sorted(parameters)]
        if access is big and not text.exact:
            return False
        hidden = [v for v in local if v not in keep] + text.unknown
        body = " and ".join(text.constraints) or "true"
        body = f"exists ({', '.join(hidden)}: {body})" if hidden else body
        cells = [*keep, *(f"c{i}" for i in range(rank))]
        texts.append(f"[{', '.join(sorted(parameters))}] -> {{ [{', '.join(cells)}] : {body} }}")
    return bool(isl.Set(texts[1]).is_subset(isl.Set(texts[0])))
