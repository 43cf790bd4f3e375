"""Moves on buffers: inline a pointwise producer, localize a temporary, bind an axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kernelmill.mill.expr import Const, Elem, Expr, Var, names, rewrite, walk
from kernelmill.mill.ir import Alloc, Body, Buffer, If, Let, Loop, Program, Reduce, Scan, Stmt, Store
from kernelmill.mill.linear import upper
from kernelmill.mill.moves.loops import interferes
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sets import always
from kernelmill.mill.moves.sites import Around, find_buffer, find_loop, visit
from kernelmill.mill.walk import all_statements, blocks, expressions, map_expressions, statements, transform_program


def replace_elements(stmt: Stmt, buffer: str, change: dict[tuple[Expr, ...], Expr] | None, make: object = None) -> Stmt:
    """Replace every element of a buffer by what `make(elem)` gives."""

    def visit_expr(e: Expr) -> Expr:
        new = e.rebuild(tuple(visit_expr(c) for c in e.children)) if e.children else e
        if isinstance(new, Elem) and new.buffer == buffer:
            return make(new)  # type: ignore[operator]
        return new

    return map_expressions(stmt, visit_expr)


def _drop_buffer(program: Program, name: str) -> Program:
    kept = tuple(b for b in program.buffers if b.name != name)
    program = replace(program, buffers=kept)
    return transform_program(program, lambda s: () if isinstance(s, Alloc) and s.buffer.name == name else None)


def _temporaries(program: Program) -> Iterator[Buffer]:
    yield from program.temps
    yield from (s.buffer for s in all_statements(program) if isinstance(s, Alloc))


@kind("inline", "inline BUFFER", lambda p: (f"inline {b.name}" for b in _temporaries(p)))
def inline(program: Program, words: list[str]) -> Program:
    """Compute a temporary's element where it is read instead of storing it: one pointwise store may define it."""
    (name,) = words
    buffer = find_buffer(program, name)
    if buffer.role in ("in", "inout", "out"):
        raise Refused(f"{name} is a parameter")
    writers = [s for s in all_statements(program) if _writes(s, name)]
    if len(writers) != 1 or not isinstance(writers[0], Store):
        raise Refused(f"{name} is not defined by exactly one store")
    store = writers[0]
    if any(isinstance(e, Elem) and e.buffer == name for e in walk(store.value)):
        raise Refused(f"{name} is defined by itself")
    block, position, around = _top(program, store)
    index = store.target.index
    inner = dict(around.loops)
    variables = [i.name for i in index if isinstance(i, Var)]
    if len(variables) != len(index) or len(set(variables)) != len(index) or not set(variables) <= inner.keys():
        raise Refused(f"{name} is not indexed by distinct iterators")
    value = around.plain(store.value)
    for extent, size in zip((inner[v] for v in variables), buffer.shape, strict=True):
        if extent != size and not always(extent.eq(around.plain(size)), ()):
            raise Refused(f"{name} is not written everywhere")
    loose = names(value) & set(inner) - set(variables)
    producer = block[position]
    outer = {v for v, _ in _outer(program, producer)}
    if loose - outer:
        raise Refused(f"the value of {name} depends on {' '.join(sorted(loose - outer))}")
    if around.conditions:
        raise Refused(f"{name} is written under a condition")
    _stable(program, name, value, producer)

    def make(e: Elem) -> Expr:
        return rewrite(value, dict(zip(variables, e.index, strict=True)))

    def change(stmt: Stmt) -> Body | None:
        return () if stmt is producer or stmt == producer else None

    new = transform_program(program, change) if isinstance(producer, Loop) else _without(program, store)
    new = replace(new, kernels=tuple(replace(k, body=tuple(replace_elements(s, name, None, make) for s in k.body)) for k in new.kernels))
    return _drop_buffer(new, name)


def _without(program: Program, store: Store) -> Program:
    return transform_program(program, lambda s: () if s is store or s == store else None)


def _writes(stmt: Stmt, name: str) -> bool:
    match stmt:
        case Store():
            return stmt.target.buffer == name
        case Reduce():
            return any(t.buffer == name for t in stmt.targets)
        case Scan():
            return any(t.buffer == name for t in stmt.targets + stmt.outs)
        case _:
            return False


def _top(program: Program, store: Store) -> tuple[Body, int, Around]:
    """The largest statement that does nothing but this store: (its block, position, surroundings of the store)."""

    def only(stmt: Stmt) -> bool:
        if stmt is store:
            return True
        return isinstance(stmt, Loop) and all(only(s) or isinstance(s, Let) for s in stmt.body) and any(only(s) for s in stmt.body)

    def search(body: Body) -> tuple[Body, int] | None:
        for at, stmt in enumerate(body):
            if only(stmt):
                return body, at
            for inner in blocks(stmt):
                found = search(inner)
                if found:
                    return found
        return None

    for kernel in program.kernels:
        found = search(kernel.body)
        if found:
            where = next(a for s, a in visit(kernel.body, Around()) if s is store)
            return found[0], found[1], where
    raise Refused("the store shares its loop with other statements; fission first")


def _outer(program: Program, stmt: Stmt) -> tuple[tuple[str, Expr], ...]:
    for kernel in program.kernels:
        for s, around in visit(kernel.body, Around()):
            if s is stmt:
                return around.loops
    raise Refused("the statement is not in the program")


def _stable(program: Program, name: str, value: Expr, producer: Stmt) -> None:
    """What the value reads must not change between the producer and the readers of the temporary."""
    read = {e.buffer for e in walk(value) if isinstance(e, Elem)}
    after, last = False, -1
    order = list(all_statements(program))
    inside = set(map(id, statements((producer,))))
    for at, stmt in enumerate(order):
        if id(stmt) not in inside and any(isinstance(e, Elem) and e.buffer == name for x in expressions(stmt) for e in walk(x)):
            last = at
    for at, stmt in enumerate(order):
        if stmt is producer:
            after = True
        elif after and at <= last and id(stmt) not in inside and any(_writes(stmt, b) for b in read):
            raise Refused(f"what {name} is computed from changes before {name} is read")
    # a loop around both producer and reader brings writes before the producer after it
    around = {v for v, _ in _outer(program, producer)}
    for loop in (s for s in order if isinstance(s, Loop) and s.var in around):
        position = next(i for i, s in enumerate(order) if s is producer)
        for stmt in statements(loop.body):
            if any(_writes(stmt, b) for b in read) and next(i for i, s in enumerate(order) if s is stmt) > position and last >= 0:
                private = {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
                if not {b for b in read if _writes(stmt, b)} <= private:
                    raise Refused(f"what {name} is computed from changes in the loop {loop.var}")


def _localizations(program: Program) -> Iterator[str]:
    for b in _temporaries(program):
        for stmt in all_statements(program):
            if isinstance(stmt, Loop) and b.shape:
                yield f"localize {b.name} {stmt.var}"


@kind("localize", "localize BUFFER LOOP", _localizations)
def localize(program: Program, words: list[str]) -> Program:
    """Give every iteration of LOOP its own copy of a temporary; leading dimensions indexed by iterators from outside go."""
    name, at = words
    buffer, loop = find_buffer(program, name), find_loop(program, at)
    if buffer.role in ("in", "inout", "out"):
        raise Refused(f"{name} is a parameter")
    around = next(a for k in program.kernels for s, a in visit(k.body, Around()) if s is loop)
    outer = [v for v, _ in around.loops] + [at]
    users = [s for s in all_statements(program) if any(_mentions(e, name) for e in expressions(s))]
    inside = {id(s) for s in statements(loop.body)}
    if not users or any(id(s) not in inside for s in users):
        raise Refused(f"{name} is used outside the loop {at}")
    found = [e for s in users for x in expressions(s) for e in walk(x) if isinstance(e, Elem) and e.buffer == name]
    dropped = [
        d for d in range(len(buffer.shape))
        if isinstance(found[0].index[d], Var) and found[0].index[d].name in outer  # type: ignore[attr-defined]
        and all(e.index[d] == found[0].index[d] for e in found)
    ]  # fmt: skip
    if at not in {found[0].index[d].name for d in dropped}:  # type: ignore[attr-defined]
        raise Refused(f"{name} is not indexed by {at} everywhere")
    alone = {found[0].index[d].name for d in dropped}  # type: ignore[attr-defined]
    _written_first(program, loop, name, buffer, alone)
    kept = [d for d in range(len(buffer.shape)) if d not in dropped]
    shape = tuple(buffer.shape[d] for d in kept)
    small = all(upper(s) is not None for s in shape) and _count(shape) <= 256
    private = replace(buffer, shape=shape, scope="register" if small else "local", role="")
    program = _drop_buffer(program, name)
    loop = find_loop(program, at)

    def make(e: Elem) -> Expr:
        return Elem(name, tuple(e.index[d] for d in kept), e.dtype)

    body = (Alloc(private), *(replace_elements(s, name, None, make) for s in loop.body))
    return transform_program(program, lambda s: (replace(s, body=body),) if isinstance(s, Loop) and s.var == at else None)


def _count(shape: tuple[Expr, ...]) -> int:
    count = 1
    for size in shape:
        count *= upper(size) or 1
    return count


def _mentions(expr: Expr, name: str) -> bool:
    return any(isinstance(e, Elem) and e.buffer == name for e in walk(expr))


def _written_first(program: Program, loop: Loop, name: str, buffer: Buffer, alone: set[str]) -> None:
    """The first statement of the loop's body that mentions the buffer must be a store (in a nest of its own) that fills it."""
    for stmt in loop.body:
        inner = list(statements((stmt,)))
        users = [s for s in inner if any(_mentions(e, name) for e in expressions(s))]
        if not users:
            continue
        first = users[0]
        if not isinstance(first, Store) or first.target.buffer != name or _mentions(first.value, name):
            raise Refused(f"{name} is read in {loop.var} before it is written")
        if any(isinstance(s, If) for s in inner[: inner.index(first)]):
            raise Refused(f"{name} is first written under a condition")
        loops = {s.var: s.extent for s in inner if isinstance(s, Loop) and any(t is first for t in statements(s.body))}
        for index, size in zip(first.target.index, buffer.shape, strict=True):
            if isinstance(index, Var) and index.name in alone:
                continue
            if not (isinstance(index, Var) and index.name in loops and (loops[index.name] == size)):
                raise Refused(f"{name} is not filled by one iteration of {loop.var} before it is read")
        return


def _no_interference(program: Program, first: Body, second: Body, around: Around) -> bool:
    return not interferes(program, first, second, around)


@kind("bind-axis", "bind-axis AXIS VALUE")
def bind_axis(program: Program, words: list[str]) -> Program:
    """Compile for one value of an axis; `requires` says so."""
    axis, value = words[0], int(words[1])
    if axis not in program.axes:
        raise Refused(f"there is no axis {axis}")
    if any(r.startswith(f"{axis} == ") for r in program.requires):
        raise Refused(f"{axis} is bound already")
    bound = Const(value, "i64")

    def change(e: Expr) -> Expr:
        return rewrite(e, {axis: bound})

    kernels = tuple(replace(k, body=tuple(map_expressions(s, change) for s in k.body)) for k in program.kernels)
    shapes = tuple(replace(b, shape=tuple(map(change, b.shape))) for b in program.buffers)
    return replace(program, kernels=kernels, buffers=shapes, requires=(*program.requires, f"{axis} == {value}"))
