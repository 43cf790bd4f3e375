"""What a loop program looks like to a schedule: its nests, the cost of an expression, the stride of an access along a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kernelmill.mill.expr import FLOAT_FUNCTIONS, Elem, Expr, Op, Var, names, walk
from kernelmill.mill.ir import Body, If, Loop, Program, Reduce, Scan, Stmt, Store

HEAVY = frozenset(FLOAT_FUNCTIONS) - {"floor", "ceil", "trunc", "round"} | {"div", "pow", "fmod", "atan2"}
"""Operations that are worth storing rather than computing twice."""


@dataclass(frozen=True)
class Site:
    """A statement with the loops around it, outermost first."""

    stmt: Stmt
    loops: tuple[Loop, ...]


def sites(body: Body, loops: tuple[Loop, ...] = ()) -> Iterator[Site]:
    """Every statement that is not a loop, with its loops."""
    for stmt in body:
        match stmt:
            case Loop():
                yield from sites(stmt.body, (*loops, stmt))
            case If():
                yield from sites(stmt.then, loops)
                yield from sites(stmt.orelse, loops)
            case _:
                yield Site(stmt, loops)


def all_sites(program: Program) -> list[Site]:
    return [s for k in program.kernels for s in sites(k.body)]


def values(stmt: Stmt) -> tuple[Expr, ...]:
    """Expressions that a statement evaluates (not the places it writes)."""
    match stmt:
        case Store():
            return (stmt.value,)
        case Reduce() | Scan():
            return stmt.values
        case _:
            return tuple(v for v in vars(stmt).values() if isinstance(v, Expr)) if hasattr(stmt, "__dict__") else ()


def reads(stmt: Stmt) -> Iterator[Elem]:
    """Elements that a statement reads, repeated where it reads them repeatedly."""
    for value in values(stmt):
        yield from (e for e in walk(value) if isinstance(e, Elem))


def heavy(expr: Expr) -> bool:
    """Whether an expression calls a function or divides."""
    return any(isinstance(e, Op) and e.name.removeprefix("fast_") in HEAVY for e in walk(expr))


def operations(expr: Expr) -> int:
    """Number of operations in an expression outside indices."""
    if isinstance(expr, Elem):
        return 0
    return isinstance(expr, Op) + sum(operations(c) for c in expr.children)


def stride(elem: Elem, var: str, program: Program) -> int | None:
    """Elements between neighbours along a loop: 0, 1, or None for anything else (strided, or not linear in the loop)."""
    uses = [var in names(i) for i in elem.index]
    if not any(uses):
        return 0
    if any(uses[:-1]):
        return None
    return 1 if _unit(elem.index[-1], var) else None


def _unit(index: Expr, var: str) -> bool:
    match index:
        case Var(name=name):
            return name == var
        case Op(name="add", args=(a, b)):
            return (_unit(a, var) and var not in names(b)) or (_unit(b, var) and var not in names(a))
        case Op(name="sub", args=(a, b)):
            return _unit(a, var) and var not in names(b)
        case _:
            return False


def outer_loops(program: Program) -> list[Loop]:
    """Loops at the top of the kernels."""
    return [s for k in program.kernels for s in k.body if isinstance(s, Loop)]


def inside(loop: Loop) -> list[Loop]:
    """A loop and all loops in it, outermost first."""
    found = [loop]
    for stmt in loop.body:
        bodies = (stmt.body,) if isinstance(stmt, Loop) else (stmt.then, stmt.orelse) if isinstance(stmt, If) else ()
        if isinstance(stmt, Loop):
            found += inside(stmt)
        else:
            found += [inner for body in bodies for s in body if isinstance(s, Loop) for inner in inside(s)]
    return found


def find_loop(program: Program, name: str) -> Loop | None:
    """The loop with this iterator, or None."""
    return next((loop for top in outer_loops(program) for loop in inside(top) if loop.var == name), None)


def innermost(loop: Loop) -> list[Loop]:
    """The loops below (or at) this one that hold no loop."""
    return [x for x in inside(loop) if len(inside(x)) == 1]


def contractions(program: Program) -> list[tuple[Site, Reduce]]:
    """Reductions of a product of two elements in which each loop of the result misses one factor: data that is used again and again."""
    found: list[tuple[Site, Reduce]] = []
    for site in all_sites(program):
        stmt = site.stmt
        if not (isinstance(stmt, Reduce) and len(stmt.values) == 1 and isinstance(stmt.values[0], Op) and stmt.values[0].name == "mul"):
            continue
        factors = [f for f in stmt.values[0].args if isinstance(f, Elem)]
        if len(factors) != 2:
            continue
        used = [frozenset().union(*(names(i) for i in f.index)) for f in factors]
        result = frozenset().union(*(names(i) for i in stmt.targets[0].index))
        if (result & used[0]) - used[1] and (result & used[1]) - used[0]:
            found.append((site, stmt))
    return found
