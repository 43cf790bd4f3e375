"""The move `simplify`: shorter indices by the bounds of the loops, and no stores of an element to itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kernelmill.mill.expr import Expr
from kernelmill.mill.ir import Body, If, Loop, Program, Stmt, Store
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.simplify import Facts, divisors, simplify
from kernelmill.mill.walk import map_expressions


@kind("simplify", "simplify", lambda p: ["simplify"])
def simplify_program(program: Program, words: list[str]) -> Program:
    """Simplify every index and extent by what the loops around it say; always legal. Refused if nothing changes."""
    if words:
        raise ValueError("no arguments")
    known = divisors(program.requires)
    kernels = tuple(replace(k, body=_body(k.body, {}, known)) for k in program.kernels)
    new = replace(program, kernels=kernels)
    if new == program:
        raise Refused("every index is as short as the bounds allow")
    return new


def _body(body: Body, extents: Mapping[str, Expr], known: Mapping[str, int]) -> Body:
    facts = Facts(extents, known)

    def change(e: Expr) -> Expr:
        if e.dtype == "i64":
            short = simplify(e, facts)
            if short is not e:
                return short
        children = tuple(change(c) for c in e.children)
        return e if all(a is b for a, b in zip(children, e.children, strict=True)) else e.rebuild(children)

    out: list[Stmt] = []
    for stmt in body:
        new = stmt
        match stmt:
            case Loop():
                extent = change(stmt.extent)
                inner = _body(stmt.body, {**extents, stmt.var: extent}, known)
                new = replace(stmt, extent=extent, body=inner)
                if not inner:
                    continue
            case If():
                then, orelse = _body(stmt.then, extents, known), _body(stmt.orelse, extents, known)
                new = replace(stmt, condition=change(stmt.condition), then=then, orelse=orelse)
                if not then and not orelse:
                    continue
            case _:
                new = map_expressions(stmt, change)
        if isinstance(new, Store) and new.target == new.value:
            continue
        out.append(new)
    return tuple(out)
