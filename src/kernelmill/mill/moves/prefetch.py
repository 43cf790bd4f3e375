"""Moves that ask for cache lines before they are needed. Nothing is computed, so they are always legal."""

from __future__ import annotations

from collections.abc import Iterator

from kernelmill.mill.expr import Const, Elem, Expr, Var, names, rewrite, walk
from kernelmill.mill.ir import UNROLL, Body, Call, Loop, Program, Reduce, Store
from kernelmill.mill.linear import coefficient, upper
from kernelmill.mill.moves.loops import loops_of, replace_loop
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.moves.sites import Around, block_of, find_buffer, find_loop, surroundings, visit
from kernelmill.mill.walk import expressions, fresh, statements, taken_names, written

_MOST = 64
"""Requests along one iterator, in one place; more would only wait for one another."""


def _prefetches(program: Program) -> Iterator[str]:
    for loop in loops_of(program):
        for stmt in following(program, loop):
            for inner in statements((stmt,)):
                if isinstance(inner, Store | Reduce):
                    name = inner.target.buffer if isinstance(inner, Store) else inner.targets[0].buffer
                    if any(b.name == name for b in program.params):
                        yield f"prefetch {name} before {loop.var}"


@kind("prefetch", "prefetch BUFFER before LOOP", lambda p: dict.fromkeys(_prefetches(p)))
def prefetch(program: Program, words: list[str]) -> Program:
    """Ask, before LOOP, for the cache lines of BUFFER that the nest after LOOP writes. Always legal: nothing is computed."""
    name, _, at = words
    loop = find_loop(program, at)
    find_buffer(program, name)
    for stmt in following(program, loop):
        for inner in statements((stmt,)):
            targets = (inner.target,) if isinstance(inner, Store) else inner.targets if isinstance(inner, Reduce) else ()
            for target in targets:
                if target.buffer == name:
                    nest = [s for s in statements((stmt,)) if isinstance(s, Loop) and any(t is inner for t in statements(s.body))]
                    spans = [(s.var, s.extent) for s in nest]
                    return replace_loop(program, loop, (*_requests(program, "prefetch_write", target, spans), loop))
    raise Refused(f"no nest after {at} writes {name}")


@kind("ahead", "ahead BUFFER LOOP[+N] in INNER [ITERATOR=SLOT[*N]...]")
def ahead(program: Program, words: list[str]) -> Program:
    """Ask, in each iteration of INNER (LOOP or one inside it), for lines of BUFFER that LOOP's body reads N iterations later (or 1).

    Of the iterators of that read, each one named goes along with a SLOT, a loop from LOOP to INNER (N of its values in an iteration); the
    others are asked for whole. A slot that counts too far asks for lines of later iterations, one that stops early leaves some out.
    Always legal: nothing is computed.
    """
    name, (at, _, later), word, inside, *pairs = words[0], words[1].partition("+"), *words[2:]
    if word != "in":
        raise ValueError(f"'in' after {words[1]}")
    loop, inner, buffer = find_loop(program, at), find_loop(program, inside), find_buffer(program, name)
    if inner is not loop and not any(s is inner for s in statements(loop.body)):
        raise Refused(f"{inside} is not inside {at}")
    slots = {v for v, _ in surroundings(program, inner).loops} - {v for v, _ in surroundings(program, loop).loops} | {inside}
    index, spans = _next_read(program, loop, name)
    around: list[tuple[str, Expr]] = []
    taken = taken_names(program)
    for pair in pairs:
        iterator, _, place = pair.partition("=")
        slot, _, count = place.partition("*")
        if iterator not in spans or slot not in slots - {at}:
            raise Refused(f"{iterator} is no iterator of the read of {name}, or {slot} no loop between {at} and {inside}")
        del spans[iterator]
        value: Expr = Var(slot)
        if count:
            value = value * int(count) + Var(part := fresh(taken, f"{iterator}_q"))
            around.append((part, Const(int(count), "i64")))
        index = tuple(rewrite(i, {iterator: value}) for i in index)
    elem = Elem(name, tuple(rewrite(i, {at: Var(at) + int(later or 1)}) for i in index), buffer.dtype)
    asked = _requests(program, "prefetch", elem, [*around, *spans.items()])
    return replace_loop(program, inner, (Loop(inner.var, inner.extent, (*asked, *inner.body), inner.kind),))


def _next_read(program: Program, loop: Loop, name: str) -> tuple[tuple[Expr, ...], dict[str, Expr]]:
    """The one index by which a loop's body reads a buffer, and the iterators inside the loop that it depends on, with their extents."""
    outer = surroundings(program, loop)
    found: dict[tuple[Expr, ...], Around] = {}
    for stmt, around in visit(loop.body, Around((*outer.loops, (loop.var, loop.extent)), (), outer.lets, outer.home)):
        if not isinstance(stmt, Call):
            read = (e for x in expressions(stmt) for e in walk(x) if isinstance(e, Elem) and e.buffer == name and e not in written(stmt))
            found |= {tuple(around.plain(i) for i in e.index): around for e in read}
    if len(found) != 1:
        raise Refused(f"{name} is read by {len(found)} different indices inside {loop.var}, expected one")
    ((index, around),) = found.items()
    if any(isinstance(e, Elem) for i in index for e in walk(i)):
        raise Refused(f"{name} is indexed by data")
    inner = dict(around.loops[len(outer.loops) + 1 :])
    return index, {v: e for v, e in inner.items() if any(v in names(i) for i in index)}


def _requests(program: Program, call: str, elem: Elem, spans: list[tuple[str, Expr]]) -> Body:
    """One request per cache line of what the iterators span; their constant bounds are enough, for a request may miss the buffer."""
    taken = taken_names(program)
    line = 64 // find_buffer(program, elem.buffer).itemsize
    index, around = elem.index, []
    for name, extent in spans:
        limit = upper(extent)
        if limit is None or limit > _MOST * line:
            raise Refused(f"{name} has no small constant bound")
        var = fresh(taken, f"{name}_p")
        unit = bool(index) and coefficient(index[-1], name) == 1 and not any(name in names(i) for i in index[:-1])
        if not unit and limit > _MOST:
            raise Refused(f"{name} has no small constant bound")
        place = Var(var) * line if unit else Var(var)
        index = tuple(rewrite(i, {name: place}) for i in index)
        around.append(Loop(var, Const(-(-limit // line) if unit else limit, "i64"), (), UNROLL))
    body: Body = (Call(call, (Elem(elem.buffer, index, elem.dtype),)),)
    for loop in reversed(around):
        body = (Loop(loop.var, loop.extent, body, UNROLL),)
    return body


def following(program: Program, loop: Loop) -> Body:
    """The statements after a loop in its block."""
    body = block_of(program, loop) or ()
    return body[next((at for at, stmt in enumerate(body) if stmt is loop), len(body)) + 1 :]
