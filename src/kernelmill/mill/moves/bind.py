"""Moves that say how a loop runs: parallelize, vectorize, unroll, serialize; and what frees them: reassociate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kernelmill.core.errors import UserError
from kernelmill.mill.expr import names
from kernelmill.mill.ir import PARALLEL, SERIAL, UNROLL, Alloc, If, Loop, Program, Reduce, Scan, Stmt, vector
from kernelmill.mill.linear import upper
from kernelmill.mill.moves.loops import loops_of, replace_loop
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sets import may_conflict
from kernelmill.mill.moves.sites import Access, accesses, find_loop, is_free, surroundings
from kernelmill.mill.walk import all_statements, statements, transform_program


def _carried(program: Program, loop: Loop) -> Iterator[tuple[Access, Access]]:
    """Pairs of accesses that may touch one cell in two different iterations of the loop."""
    around = surroundings(program, loop)
    inside = replace(around, loops=(*around.loops, (loop.var, around.plain(loop.extent))))
    found = accesses(program, loop.body, inside)
    same = [v for v, _ in around.loops]
    for first in found:
        for second in found:
            if may_conflict(first, second, equal=same, less=[loop.var]):
                yield first, second


def _serial(program: Program) -> Iterator[Loop]:
    return (loop for loop in loops_of(program) if loop.kind == SERIAL)


@kind("parallelize", "parallelize LOOP", lambda p: (f"parallelize {loop.var}" for loop in _serial(p)))
def parallelize(program: Program, words: list[str]) -> Program:
    """Iterations on several threads; no iteration may touch what another one writes."""
    (name,) = words
    loop = find_loop(program, name)
    if loop.kind.name not in ("serial", "parallel"):
        raise Refused(f"{name} is already {loop.kind}")
    around = surroundings(program, loop)
    shared = [s for s in statements(loop.body) if isinstance(s, Reduce) and is_free(program, s)]
    private = {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
    for stmt in shared:
        if any(t.buffer not in private and not any(name in names(around.plain(i)) for i in t.index) for t in stmt.targets):
            raise Refused(f"all iterations of {name} update the same {stmt.targets[0].buffer}: use rfactor first")
    for first, _ in _carried(program, loop):
        raise Refused(f"{first.buffer} is shared by different iterations of {name}")
    for outer in loops_of(program):
        if outer.kind == PARALLEL and any(s is loop for s in statements(outer.body)) and not _directly(outer, loop):
            raise Refused(f"{name} is inside the parallel loop {outer.var}")
        if outer.kind.name == "vector" and any(s is loop for s in statements(outer.body)):
            raise Refused(f"{name} is inside the vector loop {outer.var}")
    inner = [s.var for s in statements(loop.body) if isinstance(s, Loop) and s.kind == PARALLEL and not _directly(loop, s)]
    if inner:
        raise Refused(f"the loop {inner[0]} inside {name} is parallel already")
    return replace_loop(program, loop, (replace(loop, kind=PARALLEL),))


def _directly(outer: Loop, inner: Loop) -> bool:
    return len(outer.body) == 1 and outer.body[0] is inner


def _vectors(program: Program) -> Iterator[str]:
    for loop in _serial(program):
        for lanes in (8, 16):
            for count in (1, 2, 4):
                yield f"vectorize {loop.var} {lanes} {count}"


@kind("vectorize", "vectorize LOOP LANES [VECTORS]", _vectors)
def vectorize(program: Program, words: list[str]) -> Program:
    """LANES iterations at once (VECTORS of them in flight), over a loop of any extent; reductions must be free to reorder."""
    name, lanes, count = words[0], int(words[1]), int(words[2]) if len(words) > 2 else 1
    loop = find_loop(program, name)
    if loop.kind.name not in ("serial", "vector"):
        raise Refused(f"{name} is already {loop.kind}")
    if lanes < 2 or lanes & (lanes - 1) or lanes > 64 or not 1 <= count <= 16:
        raise Refused("lanes are a power of two up to 64, vectors at most 16")
    for stmt in statements(loop.body):
        _fits_lanes(program, loop, stmt)
    for outer in loops_of(program):
        if outer.kind.name == "vector" and outer is not loop and any(s is loop for s in statements(outer.body)):
            raise Refused(f"{name} is inside the vector loop {outer.var}")
    scanned = {t.buffer for s in statements(loop.body) if isinstance(s, Scan) for t in s.targets}
    for first, second in _carried(program, loop):
        if not (first.buffer in scanned and first.buffer == second.buffer):
            raise Refused(f"{first.buffer} carries a value from one iteration of {name} to another")
    new = replace_loop(program, loop, (replace(loop, kind=vector(lanes, count)),))
    plain = not any(isinstance(s, Alloc | If | Scan) for s in statements(loop.body))
    return new if plain else _printable(new)


def _fits_lanes(program: Program, loop: Loop, stmt: Stmt) -> None:
    match stmt:
        case Loop() if loop.var in names(stmt.extent):
            raise Refused(f"the extent of {stmt.var} depends on {loop.var}")
        case Loop() if stmt.kind.name not in ("serial", "unroll"):
            raise Refused(f"the loop {stmt.var} inside {loop.var} is {stmt.kind}")
        case Alloc() if stmt.buffer.scope != "register" or any(upper(s) is None for s in stmt.buffer.shape):
            raise Refused(f"{stmt.buffer.name} is allocated inside {loop.var} and is no register")
        case Reduce() if not is_free(program, stmt):
            around = surroundings(program, stmt)
            if not all(any(loop.var in names(around.plain(i)) for i in t.index) for t in stmt.targets):
                private = {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
                if not all(t.buffer in private for t in stmt.targets):
                    raise Refused(_order(stmt))
        case Scan() if not stmt.reassoc and not program.reducer(stmt.reducer).exact:
            raise Refused(_order(stmt))
        case _:
            pass


def _order(stmt: Reduce | Scan) -> str:
    name = stmt.targets[0].buffer
    return f"the order of contributions to {name} matters: reassociate {name} first"


def _printable(program: Program) -> Program:
    from kernelmill.mill.print_c import print_c

    try:
        print_c(program)
    except UserError as error:
        raise Refused(f"it cannot be printed: {error.message}") from error
    return program


@kind("unroll", "unroll LOOP", lambda p: (f"unroll {v.var}" for v in _serial(p) if (upper(v.extent) or 99) <= 16))
def unroll(program: Program, words: list[str]) -> Program:
    """Write out every iteration (of a loop with a constant bound; otherwise a hint). Always legal."""
    (name,) = words
    loop = find_loop(program, name)
    if loop.kind.name not in ("serial", "unroll"):
        raise Refused(f"{name} is already {loop.kind}")
    return replace_loop(program, loop, (replace(loop, kind=UNROLL),))


@kind("serialize", "serialize LOOP", lambda p: (f"serialize {v.var}" for v in loops_of(p) if v.kind != SERIAL))
def serialize(program: Program, words: list[str]) -> Program:
    """Back to one iteration after the other. Always legal on one thread's loops."""
    (name,) = words
    loop = find_loop(program, name)
    if loop.kind.name not in ("serial", "parallel", "vector", "unroll"):
        raise Refused(f"{name} is bound to {loop.kind}")
    return replace_loop(program, loop, (replace(loop, kind=SERIAL),))


def _bound_reductions(program: Program) -> Iterator[str]:
    seen: set[str] = set()
    for stmt in all_statements(program):
        if isinstance(stmt, (Reduce, Scan)) and not stmt.reassoc and not program.reducer(stmt.reducer).exact:
            name = stmt.targets[0].buffer
            if name not in seen:
                seen.add(name)
                yield f"reassociate {name}"


@kind("reassociate", "reassociate BUFFER", _bound_reductions)
def reassociate(program: Program, words: list[str]) -> Program:
    """Contributions of the reductions (and scans) into BUFFER may be grouped and reordered; rounding may differ."""
    (name,) = words
    found = False

    def change(stmt: Stmt) -> tuple[Stmt, ...] | None:
        nonlocal found
        if isinstance(stmt, (Reduce, Scan)) and any(t.buffer == name for t in stmt.targets):
            reducer = program.reducer(stmt.reducer)
            if not (reducer.associative and (reducer.commutative or isinstance(stmt, Scan))):
                raise Refused(f"the reducer {stmt.reducer} is not associative and commutative")
            found = True
            return (replace(stmt, reassoc=True),)
        return None

    new = transform_program(program, change)
    if not found:
        raise Refused(f"nothing is reduced into {name}")
    return new
