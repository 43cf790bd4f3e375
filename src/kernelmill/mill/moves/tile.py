"""Moves that make register tiles and packed panels: stage, accumulate, fold-init, pad, rfactor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kernelmill.mill.expr import Const, Elem, Expr, Op, Var, names, op, rewrite, select, walk
from kernelmill.mill.ir import SERIAL, Alloc, Body, Buffer, If, Loop, Program, Reduce, Stmt, Store
from kernelmill.mill.linear import upper
from kernelmill.mill.moves.loops import loops_of, replace_loop
from kernelmill.mill.moves.move import arrow, kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sets import always, covers, may_conflict
from kernelmill.mill.moves.sites import Around, accesses, find_buffer, find_loop, is_free, surroundings, visit
from kernelmill.mill.moves.storage import replace_elements
from kernelmill.mill.walk import all_statements, expressions, statements, taken_names, transform, transform_program


def _inside(program: Program, loop: Loop) -> tuple[Around, list[tuple[Stmt, Around]]]:
    """Surroundings of a loop's body, and every statement in it with its own."""
    around = surroundings(program, loop)
    inner = replace(around, loops=(*around.loops, (loop.var, around.plain(loop.extent))))
    return inner, list(visit(loop.body, inner))


def _claim(program: Program, *wanted: str) -> None:
    taken = taken_names(program)
    for name in wanted:
        if name in taken or not name.isidentifier():
            raise Refused(f"the name {name} is not free")


def _nest(loops: list[tuple[str, Expr, Loop | None]], body: Body) -> Body:
    for var, extent, like in reversed(loops):
        kept = like is not None and like.kind.name in ("unroll", "vector")
        body = (Loop(var, extent, body, like.kind if kept and like is not None else SERIAL),)
    return body


def _size(extent: Expr, axes: tuple[str, ...], what: str) -> Expr:
    limit = upper(extent)
    if limit is not None:
        return Const(limit, "i64")
    if names(extent) <= set(axes):
        return extent
    raise Refused(f"the size of {what} has no bound that is known outside the loop")


@kind("stage", "stage BUFFER at LOOP -> NEW [ITERATOR...] [zero ITERATOR...]")
def stage(program: Program, words: list[str]) -> Program:
    """Copy the part of BUFFER that the body of LOOP reads into NEW, laid out by the given iterators; `zero` pads with zeros."""
    (name, _, at), right = arrow(words)
    new, order, padded = right[0], right[1:], []
    if "zero" in order:
        cut = order.index("zero")
        order, padded = order[:cut], order[cut + 1 :]
    buffer, loop = find_buffer(program, name), find_loop(program, at)
    inner, inside = _inside(program, loop)
    if any(a.writes and a.buffer == name for a in accesses(program, loop.body, inner)):
        raise Refused(f"{name} is written inside {at}")
    found: dict[tuple[Expr, ...], Around] = {}
    for stmt, around in inside:
        for e in (e for x in expressions(stmt) for e in walk(x) if isinstance(e, Elem) and e.buffer == name):
            found.setdefault(tuple(around.plain(i) for i in e.index), around)
    if len(found) != 1:
        raise Refused(f"{name} is read by {len(found)} different indices inside {at}, expected one")
    ((index, around),) = found.items()
    outside = {v for v, _ in inner.loops}
    extents = {v: e for v, e in around.loops if v not in outside}
    used = {v for v in extents if any(v in names(i) for i in index)}
    order = order or [v for v in extents if v in used]
    if set(order) != used:
        raise Refused(f"the part of {name} is spanned by {' '.join(sorted(used))}, got {' '.join(order)}")
    if any(isinstance(e, Elem) for i in index for e in walk(i)):
        raise Refused(f"{name} is indexed by data")
    fresh = {v: f"{new}_{v}" for v in order}
    _claim(program, new, *fresh.values())
    rename: dict[str, Expr] = {v: Var(f) for v, f in fresh.items()}
    loops: list[tuple[str, Expr, Loop | None]] = []
    guard: Expr | None = None
    for v in order:
        loose = names(extents[v]) & (set(extents) - set(order[: order.index(v)]))
        if loose:
            raise Refused(f"the extent of {v} depends on {' '.join(sorted(loose))}; name that iterator before {v}")
        extent = rewrite(extents[v], rename)
        if v in padded:
            test = Var(fresh[v]) < extent
            guard = test if guard is None else op("and", guard, test)
            extent = _size(extents[v], (), v)
        loops.append((fresh[v], extent, None))
    value: Expr = Elem(name, tuple(rewrite(i, rename) for i in index), buffer.dtype)
    if guard is not None:
        value = select(guard, value, Const(0, buffer.dtype))
    shape = tuple(_size(extents[v], program.axes, new) for v in order)
    staged = Buffer(new, buffer.dtype, shape, "local")
    copy = _nest(loops, (Store(staged.at(*(Var(fresh[v]) for v in order)), value),))
    read = Elem(new, tuple(Var(v) for v in order), buffer.dtype)
    body = tuple(replace_elements(s, name, None, lambda _: read) for s in loop.body)
    return replace_loop(program, loop, (replace(loop, body=(Alloc(staged), *copy, *body)),))


def _accumulations(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        for stmt in statements(loop.body):
            if not isinstance(stmt, Reduce) or len(stmt.targets) != 1:
                continue
            target = stmt.targets[0]
            used = {n for i in target.index for n in names(i)}
            name = f"{target.buffer}_acc"
            if loop.var not in used and name not in taken_names(program):
                inner = [s.var for s in statements(loop.body) if isinstance(s, Loop) and s.var in used]
                yield " ".join(["accumulate", target.buffer, "around", loop.var, "->", name, *inner])


@kind("accumulate", "accumulate BUFFER around LOOP -> NEW [ITERATOR...]", _accumulations)
def accumulate(program: Program, words: list[str]) -> Program:
    """Reduce into a private tile NEW (spanned by iterators inside LOOP) and add the tile to BUFFER after LOOP."""
    (name, _, at), (new, *order) = arrow(words)
    loop = find_loop(program, at)
    find_buffer(program, name)
    inner, inside = _inside(program, loop)
    target, extents, reducer = _one_reduction(program, name, at, inner, inside)
    used = {v for v in extents if any(v in names(i) for i in target.index)}
    order = order or [v for v in extents if v in used]
    if set(order) != used:
        raise Refused(f"the tile of {name} is spanned by {' '.join(sorted(used))}, got {' '.join(order)}")
    start, stop = {v: f"{new}_{v}_0" for v in order}, {v: f"{new}_{v}_1" for v in order}
    _claim(program, new, *start.values(), *stop.values())
    shape = tuple(_size(extents[v], program.axes, new) for v in order)
    count = 1
    for size in shape:
        count *= upper(size) or 1 << 20
    tile = Buffer(new, target.dtype, shape, "register" if count <= 1024 else "local")
    like = {s.var: s for s in statements(loop.body) if isinstance(s, Loop)}

    def nest(fresh: dict[str, str], make: object) -> Body:
        rename: dict[str, Expr] = {v: Var(f) for v, f in fresh.items()}
        loops = [(fresh[v], rewrite(extents[v], rename), like[v]) for v in order]
        return _nest(loops, (make(rename),))  # type: ignore[operator]

    def cell(rename: dict[str, Expr]) -> Elem:
        return tile.at(*(rename[v] for v in order))

    zero = nest(start, lambda r: Store(cell(r), program.reducer(reducer).identity[0]))

    def flush(r: dict[str, Expr]) -> Stmt:
        return Reduce(reducer, (Elem(name, tuple(rewrite(i, r) for i in target.index), target.dtype),), (cell(r),), True)

    private = Elem(new, tuple(Var(v) for v in order), target.dtype)
    body = tuple(replace_elements(s, name, None, lambda _: private) for s in loop.body)
    return replace_loop(program, loop, (Alloc(tile), *zero, replace(loop, body=body), *nest(stop, flush)))


def _one_reduction(
    program: Program, name: str, at: str, inner: Around, inside: list[tuple[Stmt, Around]]
) -> tuple[Elem, dict[str, Expr], str]:
    """The single free reduction into `name` inside a loop: its target (lets written in), extents of the inner loops, reducer."""
    targets: dict[tuple[Expr, ...], tuple[Elem, Around, str]] = {}
    for stmt, around in inside:
        mine = isinstance(stmt, Reduce) and any(t.buffer == name for t in stmt.targets)
        if mine and isinstance(stmt, Reduce):
            if len(stmt.targets) != 1 or not is_free(program, stmt):
                raise Refused(f"the order of the reduction {name} matters: reassociate {name} first")
            index = tuple(around.plain(i) for i in stmt.targets[0].index)
            targets[index] = (Elem(name, index, stmt.targets[0].dtype), around, stmt.reducer)
        reads = stmt.values if mine and isinstance(stmt, Reduce) else expressions(stmt)
        if any(isinstance(e, Elem) and e.buffer == name for x in reads for e in walk(x)):
            raise Refused(f"{name} is used inside {at} by more than one reduction")
    if len(targets) != 1:
        raise Refused(f"{name} is reduced by {len(targets)} different indices inside {at}, expected one")
    ((target, around, reducer),) = targets.values()
    if any(at in names(i) for i in target.index):
        raise Refused(f"{name} is not a reduction over {at}")
    if any(isinstance(e, Elem) for i in target.index for e in walk(i)):
        raise Refused(f"{name} is indexed by data")
    outside = {v for v, _ in inner.loops}
    extents = {v: e for v, e in around.loops if v not in outside}
    spanning = [e for v, e in extents.items() if any(v in names(i) for i in target.index)]
    if any(at in names(e) for e in spanning):
        raise Refused(f"the extent of a loop inside {at} that {name} is indexed by depends on it")
    if any(set(extents) & names(e) for e in spanning):
        raise Refused(f"the extent of a loop inside {at} that {name} is indexed by depends on another one")
    return target, extents, reducer


@kind("fold-init", "fold-init BUFFER [LOOP]")
def fold_init(program: Program, words: list[str]) -> Program:
    """The store of the identity joins the first contribution: with LOOP its iteration 0, without it the only contribution."""
    name, at = words[0], words[1] if len(words) > 1 else ""
    find_buffer(program, name)
    order = [(s, a) for k in program.kernels for s, a in visit(k.body, Around())]
    users = [(s, a) for s, a in order if any(isinstance(e, Elem) and e.buffer == name for x in expressions(s) for e in walk(x))]
    if len(users) < 2 or not isinstance(users[0][0], Store) or not isinstance(users[1][0], Reduce):
        raise Refused(f"{name} does not begin with a store and a reduction")
    (store, around_store), (update, around) = users[0], users[1]
    assert isinstance(store, Store) and isinstance(update, Reduce)
    reducer = program.reducer(update.reducer)
    if len(update.targets) != 1 or store.value != reducer.identity[0] or update.targets[0].buffer != name:
        raise Refused(f"{name} is not started by the identity of its reducer")
    if around.conditions or around_store.conditions:
        raise Refused(f"{name} is written under a condition")
    inner = [v for v, _ in around.loops]
    shared = [v for v, _ in around_store.loops if v in inner]
    if at and at not in inner:
        raise Refused(f"the reduction into {name} is not inside {at}")
    if at and any(at in names(e) for v, e in around.loops[inner.index(at) + 1 :] if any(v in names(i) for i in update.targets[0].index)):
        raise Refused(f"not every element of {name} is reached in iteration 0 of {at}")
    first = next(a for a in accesses(program, (store,), around_store) if a.writes)
    again = replace(next(a for a in accesses(program, (update,), around) if a.writes), reduction="")
    same = shared if at not in shared else [v for v in shared if v != at]
    for v in inner:
        if v not in (at, *shared) and may_conflict(again, again, equal=same, less=[v]):
            raise Refused(f"an element of {name} is updated in several iterations of {v}")
    start: dict[str, Expr] = {at: Const(0, "i64")} if at else {}
    zero = replace(again, index=tuple(rewrite(i, start) for i in again.index), loops=tuple(
        (v, rewrite(e, start)) for v, e in again.loops if v != at))  # fmt: skip
    if not covers(zero, first, shared):
        raise Refused(f"not every element of {name} is shown to be reached")
    value = update.values[0]
    if at:
        old = select(Var(at).eq(0), reducer.identity[0], update.targets[0])
        states = {reducer.left[0].name: old, reducer.right[0].name: value}
        value = rewrite(reducer.combine[0], states)
    done = Store(update.targets[0], value)
    program = transform_program(program, lambda s: (done,) if s == update else None)
    if not at:
        return _without_nest(program, store, None)
    extent = find_loop(program, at).extent
    if unknown := names(extent) - set(program.axes) - {v for v, _ in around_store.loops}:
        raise Refused(f"how often {at} runs depends on {', '.join(sorted(unknown))}, which is not known where {name} starts")
    return _without_nest(program, store, extent)


def _without_nest(program: Program, store: Store, extent: Expr | None) -> Program:
    """Remove the nest that only holds the store; or, with an extent, run it only if the extent is not positive."""

    def only(stmt: Stmt) -> bool:
        return stmt == store or (isinstance(stmt, Loop) and len(stmt.body) == 1 and only(stmt.body[0]))

    def change(body: Body) -> Body:
        out: list[Stmt] = []
        for stmt in body:
            if only(stmt):
                if extent is not None:
                    out.append(If(extent <= 0, (stmt,)))
            elif isinstance(stmt, Loop):
                out.append(replace(stmt, body=change(stmt.body)))
            elif isinstance(stmt, If):
                out.append(replace(stmt, then=change(stmt.then), orelse=change(stmt.orelse)))
            else:
                out.append(stmt)
        return tuple(out)

    return replace(program, kernels=tuple(replace(k, body=change(k.body)) for k in program.kernels))


def _paddings(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        if isinstance(loop.extent, Op) and loop.extent.name == "min" and upper(loop.extent) is not None:
            yield f"pad {loop.var}"


@kind("pad", "pad LOOP", _paddings)
def pad(program: Program, words: list[str]) -> Program:
    """Run a loop of extent min(c, e) to c: the extra iterations only touch private cells that nobody reads."""
    (name,) = words
    loop = find_loop(program, name)
    limit = upper(loop.extent)
    if isinstance(loop.extent, Const) or limit is None:
        raise Refused(f"the extent of {name} has no constant bound to pad to")
    _inner, _ = _inside(program, loop)
    extent = surroundings(program, loop).plain(loop.extent)
    allocs = {s.buffer.name: s.buffer for s in all_statements(program) if isinstance(s, Alloc)}
    own = {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
    places: dict[str, int] = {}
    for stmt in statements(loop.body):
        targets = [stmt.target] if isinstance(stmt, Store) else list(getattr(stmt, "targets", ())) + list(getattr(stmt, "outs", ()))
        for e in (e for x in expressions(stmt) for e in walk(x) if isinstance(e, Elem)):
            dims = [d for d, i in enumerate(e.index) if name in names(i)]
            if e.buffer in own:
                continue
            if not dims:
                if e in targets:
                    raise Refused(f"the extra iterations of {name} would update {e.buffer}")
                continue
            if e.buffer not in allocs or dims != dims[:1] or e.index[dims[0]] != Var(name):
                raise Refused(f"the extra iterations of {name} would reach {e.buffer} outside its data")
            if (upper(allocs[e.buffer].shape[dims[0]]) or 0) < limit:
                raise Refused(f"{e.buffer} has no room for the extra iterations of {name}")
            if e in targets and places.setdefault(e.buffer, dims[0]) != dims[0]:
                raise Refused(f"{e.buffer} is written with {name} in two places")
    order = [(s, a) for k in program.kernels for s, a in visit(k.body, Around())]
    body = {id(s) for s in statements(loop.body)}
    for stmt, around in order:
        if id(stmt) in body:
            continue
        for e in (e for x in expressions(stmt) for e in walk(x) if isinstance(e, Elem) and e.buffer in places):
            if isinstance(stmt, Store) and e is stmt.target:
                continue
            index = around.plain(e.index[places[e.buffer]])
            if isinstance(stmt, Reduce) and e in stmt.targets and _padded(stmt, around, index, limit):
                continue
            if not always(index < extent, around.loops, around.conditions) and not _reads_only_itself(stmt, around, e):
                raise Refused(f"{e.buffer} is read where the extra iterations of {name} would have written")
    return replace_loop(program, loop, (replace(loop, extent=Const(limit, "i64")),))


def _padded(stmt: Reduce, around: Around, index: Expr, limit: int) -> bool:
    """An update of private cells under a loop that is padded already: what it makes of an extra cell stays in that cell."""
    return isinstance(index, Var) and any(v == index.name and isinstance(e, Const) and e.value == limit for v, e in around.loops)


def _reads_only_itself(stmt: Stmt, around: Around, elem: Elem) -> bool:
    """An elementwise update of the cell that is read."""
    return isinstance(stmt, Reduce) and elem in stmt.targets


def _factors(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        for stmt in statements(loop.body):
            if isinstance(stmt, Reduce) and is_free(program, stmt) and not any(loop.var in names(i) for t in stmt.targets for i in t.index):
                name = f"{stmt.targets[0].buffer}_part"
                if name not in taken_names(program):
                    yield f"rfactor {stmt.targets[0].buffer} {loop.var} -> {name}"


@kind("rfactor", "rfactor BUFFER LOOP -> NEW", _factors)
def rfactor(program: Program, words: list[str]) -> Program:
    """Every iteration of LOOP reduces into its own slice of NEW; the slices are combined after LOOP (which may then be parallel)."""
    (name, at), (new,) = arrow(words)
    loop = find_loop(program, at)
    find_buffer(program, name)
    _, inside = _inside(program, loop)
    found = [(s, a) for s, a in inside if isinstance(s, Reduce) and any(t.buffer == name for t in s.targets)]
    if len(found) != 1:
        raise Refused(f"{name} is reduced by {len(found)} statements inside {at}, expected one")
    ((update, around),) = found
    assert isinstance(update, Reduce)
    if not is_free(program, update):
        raise Refused(f"the order of the reduction {name} matters: reassociate {name} first")
    group = [t.buffer for t in update.targets]
    for stmt, _ in inside:
        reads = update.values if stmt is update else expressions(stmt)
        if any(isinstance(e, Elem) and e.buffer in group for x in reads for e in walk(x)):
            raise Refused(f"{name} is used inside {at} besides its reduction")
    shapes = [find_buffer(program, b).shape for b in group]
    index = update.targets[0].index
    if any(t.index != index for t in update.targets) or any(s != shapes[0] for s in shapes):
        raise Refused("the parts of the state are indexed differently")
    local = {v for v, _ in around.loops[len(surroundings(program, loop).loops) :]}
    kept = [d for d, i in enumerate(index) if names(around.plain(i)) & local]
    if any(at in names(around.plain(i)) for i in index):
        raise Refused(f"{name} is not a reduction over {at}")
    before = surroundings(program, loop)
    extent = before.plain(loop.extent)
    size = extent if names(extent) <= set(program.axes) else _size(extent, program.axes, new)
    parts = [new if n == 0 else f"{new}{n}" for n in range(len(group))]
    fresh = {d: f"{new}_d{d}" for d in kept}
    final = {d: f"{new}_e{d}" for d in kept}
    _claim(program, *parts, *fresh.values(), *final.values(), f"{new}_{at}")
    buffers = [Buffer(p, t.dtype, (size, *(shapes[0][d] for d in kept)), "local") for p, t in zip(parts, update.targets, strict=True)]
    reducer = program.reducer(update.reducer)
    identity = tuple(Store(b.at(Var(at), *(Var(fresh[d]) for d in kept)), i) for b, i in zip(buffers, reducer.identity, strict=True))
    zero = _nest([(fresh[d], shapes[0][d], None) for d in kept], identity)
    moved = replace(update, targets=tuple(b.at(Var(at), *(index[d] for d in kept)) for b in buffers))
    body = zero + transform_program_body(loop.body, update, moved)
    place = tuple(Var(final[d]) if d in kept else i for d, i in enumerate(index))
    values = tuple(b.at(Var(f"{new}_{at}"), *(Var(final[d]) for d in kept)) for b in buffers)
    targets = tuple(Elem(b, place, t.dtype) for b, t in zip(group, update.targets, strict=True))
    combine = _nest([(final[d], shapes[0][d], None) for d in kept], (Reduce(update.reducer, targets, values, update.reassoc),))
    after = Loop(f"{new}_{at}", loop.extent, combine)
    return replace_loop(program, loop, (*map(Alloc, buffers), replace(loop, body=body), after))


def transform_program_body(body: Body, old: Stmt, new: Stmt) -> Body:
    """A statement list with one statement replaced."""
    return transform(body, lambda s: (new,) if s == old else None)
