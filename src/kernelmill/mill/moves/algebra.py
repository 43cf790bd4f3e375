"""Algebraic moves: each changes rounding in a stated way, so none happens by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kernelmill.mill.expr import FAST_FUNCTIONS, Elem, Expr, Op, names, op, walk
from kernelmill.mill.ir import Alloc, Let, Loop, Program, Stmt
from kernelmill.mill.moves.bind import is_free
from kernelmill.mill.moves.loops import new_name
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sites import find_loop
from kernelmill.mill.walk import all_statements, expressions, map_expressions, statements, transform_program


def _mapped(program: Program, change: object) -> Program:
    def visit(e: Expr) -> Expr:
        new = e.rebuild(tuple(visit(c) for c in e.children)) if e.children else e
        return change(new)  # type: ignore[operator]

    reducers = tuple(replace(r, combine=tuple(map(visit, r.combine))) for r in program.reducers)
    kernels = tuple(replace(k, body=tuple(map_expressions(s, visit) for s in k.body)) for k in program.kernels)
    return replace(program, kernels=kernels, reducers=reducers)


def _functions(program: Program) -> set[str]:
    exprs = [e for s in all_statements(program) for e in expressions(s)] + [e for r in program.reducers for e in r.combine]
    return {n.name for e in exprs for n in walk(e) if isinstance(n, Op) and n.dtype == "f32"}


@kind("fast", "fast FUNCTION|all", lambda p: (f"fast {f}" for f in sorted(_functions(p) & set(FAST_FUNCTIONS) | _functions(p) & {"pow"})))
def fast(program: Program, words: list[str]) -> Program:
    """Use the vector form of a float32 function (its error in ulp is stated in `vmath.MAX_ULP`) instead of libm's."""
    (name,) = words
    known = {*FAST_FUNCTIONS, "pow"}
    wanted = _functions(program) & known if name == "all" else {name}
    if not wanted <= known:
        raise Refused(f"{name} has no vector form; there are {' '.join(sorted(known))}")
    if not wanted or not wanted <= _functions(program):
        raise Refused("the program does not call it" if name != "all" else "the program calls no such function")

    def change(e: Expr) -> Expr:
        if isinstance(e, Op) and e.name in wanted and e.dtype == "f32":
            return op(f"fast_{e.name}", *e.args)
        return e

    return _mapped(program, change)


def _divisions(program: Program) -> Iterator[str]:
    for stmt in all_statements(program):
        if isinstance(stmt, Loop):
            for inner in stmt.body:
                if any(_invariant(program, stmt, d) for e in expressions(inner) for d in _quotients(e)):
                    yield f"reciprocal {stmt.var}"
                    break


def _quotients(expr: Expr) -> list[Op]:
    return [e for e in walk(expr) if isinstance(e, Op) and e.name == "div"]


def _invariant(program: Program, loop: Loop, division: Op) -> bool:
    divisor = division.args[1]
    bound = {loop.var} | {s.var for s in statements(loop.body) if isinstance(s, Loop)}
    bound |= {s.name for s in statements(loop.body) if isinstance(s, Let)}
    written = {t.buffer for s in statements(loop.body) for t in getattr(s, "targets", ()) + getattr(s, "outs", ())}
    written |= {s.target.buffer for s in statements(loop.body) if hasattr(s, "target")}  # type: ignore[attr-defined]
    written |= {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
    inside = {e.buffer for e in walk(divisor) if isinstance(e, Elem)}
    return bool(names(divisor) or inside) and not names(divisor) & bound and not inside & written


@kind("reciprocal", "reciprocal LOOP", _divisions)
def reciprocal(program: Program, words: list[str]) -> Program:
    """Divisions inside LOOP by a value that does not change there become products with 1 / value (one more rounding)."""
    (name,) = words
    loop = find_loop(program, name)
    found: dict[Expr, Let] = {}

    def change(e: Expr) -> Expr:
        new = e.rebuild(tuple(change(c) for c in e.children)) if e.children else e
        if isinstance(new, Op) and new.name == "div" and _invariant(program, loop, new):
            divisor = new.args[1]
            if divisor not in found:
                found[divisor] = Let("", op("div", 1.0, divisor))
            count = list(found).index(divisor)
            let = found[divisor] = Let(new_name(program, f"inv{count or ''}"), op("div", 1.0, divisor))
            return op("mul", new.args[0], let.var)
        return new

    body = tuple(map_expressions(s, change) for s in loop.body)
    if not found:
        raise Refused(f"nothing in {name} is divided by a value that stays the same")

    def put(stmt: Stmt) -> tuple[Stmt, ...] | None:
        return (*found.values(), replace(loop, body=body)) if isinstance(stmt, Loop) and stmt.var == name else None

    return transform_program(program, put)


__all__ = ["fast", "is_free", "reciprocal"]
