"""Moves on loops: split, reorder, fuse, fission, collapse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from kernelmill.mill.expr import Const, Expr, Var, ceildiv, names, op
from kernelmill.mill.ir import Alloc, Body, Let, Loop, Program, Stmt
from kernelmill.mill.moves.move import arrow, kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sets import always, may_conflict
from kernelmill.mill.moves.sites import Around, accesses, block_of, find_loop, surroundings, uses
from kernelmill.mill.walk import all_statements, blocks, substitute, taken_names, transform_program


def replace_loop(program: Program, old: Stmt, new: Body) -> Program:
    """The program with one statement (found by its loop name) replaced."""
    assert isinstance(old, Loop)
    return transform_program(program, lambda s: new if isinstance(s, Loop) and s.var == old.var else None)


def free_name(program: Program, name: str) -> str:
    """Refuse a name that is taken."""
    if name in taken_names(program) or not name.isidentifier():
        raise Refused(f"the name {name} is not free")
    return name


def new_name(program: Program, name: str) -> str:
    """A free name that begins with `name`."""
    taken, candidate, count = taken_names(program), name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name}{count}"
    return candidate


def loops_of(program: Program) -> Iterator[Loop]:
    """Every loop, outermost first."""
    return (s for s in all_statements(program) if isinstance(s, Loop))


def _splits(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        for size in (8, 16, 32, 64, 256, 1024, 4096):
            yield f"split {loop.var} {size} -> {new_name(program, loop.var + 'o')} {new_name(program, loop.var + 'i')}"


@kind("split", "split LOOP SIZE -> OUTER INNER", _splits)
def split(program: Program, words: list[str]) -> Program:
    """LOOP becomes ceil(extent / SIZE) blocks of at most SIZE. Always legal."""
    (name, size_text), (outer, inner) = arrow(words)
    size, loop = int(size_text), find_loop(program, name)
    if size < 2:
        raise Refused("a block has at least two iterations")
    if loop.kind.name not in ("serial", "parallel", "unroll"):
        raise Refused(f"{name} is a {loop.kind} loop; split before binding it")
    free_name(program, outer)
    free_name(program, inner)
    if outer == inner:
        raise Refused("two different names are needed")
    extent = loop.extent
    block = Var(outer) * size
    if isinstance(extent, Const):
        if extent.value <= size:
            raise Refused(f"{name} has only {extent.value} iterations")
        rest: Expr = Const(size, "i64") if extent.value % size == 0 else op("min", size, extent - block)
    else:
        rest = op("min", size, extent - block)
    body = substitute(loop.body, {name: block + Var(inner)})
    kind_inner = replace(loop.kind, name="serial") if loop.kind.name == "parallel" else loop.kind
    return replace_loop(program, loop, (Loop(outer, ceildiv(extent, size), (Loop(inner, rest, body, kind_inner),), loop.kind),))


def _reorders(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        inner = only_loop(loop)
        if inner is not None:
            yield f"reorder {inner.var} {loop.var}"


def only_loop(loop: Loop) -> Loop | None:
    """The loop that is all of another loop's body."""
    inner = loop.body[0] if len(loop.body) == 1 else None
    return inner if isinstance(inner, Loop) else None


@kind("reorder", "reorder LOOP LOOP...   (the wanted order, outermost first, of a perfect nest)", _reorders)
def reorder(program: Program, words: list[str]) -> Program:
    """Bring perfectly nested loops into the given order by swaps of neighbours, each shown legal."""
    if len(set(words)) != len(words) or len(words) < 2:
        raise Refused("name at least two different loops")
    chain = _chain(program, words)
    wanted = list(words)
    for at in range(len(wanted)):
        while chain.index(wanted[at]) > at:
            position = chain.index(wanted[at])
            program = _swap(program, chain[position - 1], chain[position])
            chain[position - 1], chain[position] = chain[position], chain[position - 1]
    return program


def _chain(program: Program, words: list[str]) -> list[str]:
    """The named loops from outside in; they must be a perfect nest without other loops between."""
    for name in words:
        chain, loop = [name], find_loop(program, name)
        inner = only_loop(loop)
        while inner is not None and inner.var in words:
            chain.append(inner.var)
            inner = only_loop(inner)
        if len(chain) == len(words):
            return chain
    raise Refused(f"{' '.join(words)} are not one perfect nest")


def _swap(program: Program, a: str, b: str) -> Program:
    outer, inner = find_loop(program, a), find_loop(program, b)
    if a in names(inner.extent):
        raise Refused(f"the extent of {b} depends on {a}")
    around = surroundings(program, outer)
    inside = replace(around, loops=(*around.loops, (a, around.plain(outer.extent)), (b, around.plain(inner.extent))))
    found = accesses(program, inner.body, inside)
    same = [v for v, _ in around.loops]
    for first in found:
        for second in found:
            if may_conflict(first, second, equal=same, less=[a], greater=[b]):
                raise Refused(f"{first.buffer} carries a value from one iteration of {a} and {b} to another")
    return replace_loop(program, outer, (replace(inner, body=(replace(outer, body=inner.body),)),))


def _siblings(program: Program) -> Iterator[tuple[Loop, Loop]]:
    def pairs(body: Body) -> Iterator[tuple[Loop, Loop]]:
        found = [s for s in body if isinstance(s, Loop)]
        yield from itertools.pairwise(found)
        for stmt in body:
            for inner in blocks(stmt):
                yield from pairs(inner)

    for kernel in program.kernels:
        yield from pairs(kernel.body)


@kind("fuse", "fuse LOOP LOOP   (the second joins the first)", lambda p: (f"fuse {a.var} {b.var}" for a, b in _siblings(p)))
def fuse(program: Program, words: list[str]) -> Program:
    """Two loops of one block with equal extents become one; statements between them move out of the way."""
    first, second = (find_loop(program, w) for w in words[:2])
    if len(words) != 2 or first is second:
        raise ValueError("two loops")
    body = block_of(program, first, second)
    if body is None:
        raise Refused(f"{first.var} and {second.var} are not in one block")
    start, stop = (next(i for i, s in enumerate(body) if s is loop) for loop in (first, second))
    if start > stop:
        raise Refused(f"{second.var} runs before {first.var}")
    around = surroundings(program, second)
    if first.extent != second.extent and not always(around.plain(first.extent.eq(second.extent)), around.loops, around.conditions):
        raise Refused(f"{first.var} and {second.var} are not shown to have equal extents")
    before, after = _part(program, body[start + 1 : stop], first, second, around)
    one = replace(around, loops=(*around.loops, (first.var, around.plain(first.extent))))
    two = replace(around, loops=(*around.loops, (second.var, around.plain(second.extent))))
    same = [v for v, _ in around.loops]
    for x in accesses(program, first.body, one):
        for y in accesses(program, second.body, two):
            if may_conflict(x, y, equal=same, greater=[first.var], rename={second.var: first.var}):
                raise Refused(f"an iteration of {second.var} needs {x.buffer} of a later iteration of {first.var}")
    joined = first.body + substitute(second.body, {second.var: Var(first.var)})
    kind_ = first.kind if first.kind == second.kind else replace(first.kind, name="serial", width=1, count=1, dim="")
    new = (*body[:start], *before, Loop(first.var, first.extent, joined, kind_), *after, *body[stop + 1 :])
    return _replace_block(program, body, new)


def _replace_block(program: Program, old: Body, new: Body) -> Program:
    """Replace a statement list, found by the loops in it."""
    marks = {s.var for s in old if isinstance(s, Loop)}

    def change(body: Body) -> Body:
        if {s.var for s in body if isinstance(s, Loop)} == marks and body == old:
            return new
        out: list[Stmt] = []
        for stmt in body:
            if isinstance(stmt, Loop):
                out.append(replace(stmt, body=change(stmt.body)))
            elif blocks(stmt):
                then, orelse = blocks(stmt)
                out.append(replace(stmt, then=change(then), orelse=change(orelse)))  # type: ignore[call-arg]
            else:
                out.append(stmt)
        return tuple(out)

    return replace(program, kernels=tuple(replace(k, body=change(k.body)) for k in program.kernels))


def _part(program: Program, between: Body, first: Loop, second: Loop, around: Around) -> tuple[Body, Body]:
    """Statements between two loops, as those that can run before the first and those that can run after the second."""
    before: list[Stmt] = []
    after: list[Stmt] = []
    for stmt in between:
        if isinstance(stmt, (Let, Alloc)) or not (
            interferes(program, (first,), (stmt,), around) or interferes(program, tuple(after), (stmt,), around)
        ):
            if isinstance(stmt, Let) and interferes(program, (first,), (stmt,), around):
                raise Refused(f"{stmt.name} is computed between {first.var} and {second.var} from what {first.var} writes")
            before.append(stmt)
        elif not interferes(program, (stmt,), (second,), around):
            after.append(stmt)
        else:
            raise Refused(f"a statement between {first.var} and {second.var} needs the first and is needed by the second")
    return tuple(before), tuple(after)


def interferes(program: Program, first: Body, second: Body, around: Around) -> bool:
    """True if the order of two statement lists of one block matters."""
    same = [v for v, _ in around.loops]
    ones, twos = accesses(program, first, around), accesses(program, second, around)
    return any(may_conflict(x, y, equal=same) for x in ones for y in twos)


def _fissions(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        for at, stmt in enumerate(loop.body):
            if at and isinstance(stmt, Loop):
                yield f"fission {loop.var} before {stmt.var} -> {new_name(program, loop.var + 'b')}"


@kind("fission", "fission LOOP before INNER -> NEW", _fissions)
def fission(program: Program, words: list[str]) -> Program:
    """Cut a loop in two: statements before its child loop INNER stay, the rest becomes a loop NEW after it."""
    (name, _, inner), (new,) = arrow(words)
    loop = find_loop(program, name)
    free_name(program, new)
    at = next((i for i, s in enumerate(loop.body) if isinstance(s, Loop) and s.var == inner), 0)
    if not at:
        raise Refused(f"{inner} is not a later child of {name}")
    head, tail = loop.body[:at], loop.body[at:]
    bound = {s.name for s in head if isinstance(s, Let)} | {s.buffer.name for s in head if isinstance(s, Alloc)}
    if bound & uses(tail):
        raise Refused(f"{' '.join(sorted(bound & uses(tail)))} lives in one iteration of {name}")
    around = surroundings(program, loop)
    inside = replace(around, loops=(*around.loops, (name, around.plain(loop.extent))))
    same = [v for v, _ in around.loops]
    for x in accesses(program, head, inside):
        for y in accesses(program, tail, inside):
            if may_conflict(x, y, equal=same, greater=[name]):
                raise Refused(f"a later iteration of {name} needs {x.buffer} of an earlier one")
    second = Loop(new, loop.extent, substitute(tail, {name: Var(new)}), loop.kind)
    return replace_loop(program, loop, (replace(loop, body=head), second))


def _collapses(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        inner = only_loop(loop)
        if inner is not None and loop.var not in names(inner.extent):
            yield f"collapse {loop.var} {inner.var} -> {new_name(program, loop.var + inner.var)}"


@kind("collapse", "collapse OUTER INNER -> NEW", _collapses)
def collapse(program: Program, words: list[str]) -> Program:
    """A perfect nest of two becomes one loop over the product. Always legal; dense accesses become flat."""
    (a, b), (new,) = arrow(words)
    outer = find_loop(program, a)
    inner = only_loop(outer)
    if inner is None or inner.var != b or a in names(inner.extent):
        raise Refused(f"{a} and {b} are not a perfect rectangular nest")
    free_name(program, new)
    if outer.kind.name not in ("serial", "parallel") or inner.kind.name not in ("serial", "parallel"):
        raise Refused("collapse before binding the loops")
    index = {a: op("floordiv", Var(new), inner.extent), b: op("mod", Var(new), inner.extent)}
    joined = Loop(new, outer.extent * inner.extent, substitute(inner.body, index))
    return replace_loop(program, outer, (joined,))
