"""The recipe for everything that is not a contraction: few passes over memory, vectors along it, threads across it.

inline what is cheap to compute again, fuse nests from the outside in, give each iteration its own temporaries, let sums be reordered,
vectorize the loop along which memory is contiguous, run the outermost loop on all threads.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.shape import (
    Site,
    all_sites,
    find_loop,
    heavy,
    innermost,
    inside,
    operations,
    outer_loops,
    reads,
    sites,
    stride,
    values,
)
from kernelmill.mill import moves
from kernelmill.mill.expr import Const, Elem, Op, walk
from kernelmill.mill.ir import Loop, Program, Reduce, Scan, Store
from kernelmill.mill.walk import expressions, statements, written


@dataclass(frozen=True)
class Rows:
    """Knobs of the recipe."""

    lanes: int = 16
    vectors: int = 4
    """Vectors in flight."""
    fuse: int = 2
    """0: keep nests apart; 1: fuse outer loops; 2: fuse at every level."""
    inline_operations: int = 12
    """Longest expression that is computed again for a second reader."""
    reciprocal: bool = True
    """Divisions by what does not change in a loop become products."""
    fast: bool = True
    """Vector forms of functions in place of libm's."""
    collapse: bool = True
    """Elementwise nests become one flat loop."""
    chunk: int = 8192
    """Iterations that one partial sum covers where a whole loop is one sum."""
    stream: bool = False
    """Outputs that nobody reads are written past the caches."""
    swap: bool = True
    """Exchange loops of later nests so that they can join earlier ones."""


def schedule(draft: Draft, knobs: Rows, keep: frozenset[str] = frozenset()) -> Draft:
    """Apply the recipe; buffers in `keep` are left to another recipe."""
    draft.try_("simplify")
    inline(draft, knobs)
    join(draft, keep)
    if knobs.collapse:
        collapse(draft)
    if knobs.fuse:
        fuse(draft, knobs, keep)
        localize(draft)
    if knobs.fast:
        draft.try_("fast all")
    draft.all(m.text for m in moves.legal(draft.program, ["reassociate"]))
    partial_sums(draft, knobs)
    if knobs.reciprocal:
        draft.all(f"reciprocal {loop.var}" for top in outer_loops(draft.program) for loop in innermost(top))
    bind(draft, knobs, keep)
    if knobs.stream:
        draft.all(m.text for m in moves.legal(draft.program, ["stream"]))
    return draft


def bind(draft: Draft, knobs: Rows, keep: frozenset[str] = frozenset()) -> None:
    """Say how the loops run: threads across, vectors along."""
    threads(draft, keep)
    vectors(draft, knobs)


def inline(draft: Draft, knobs: Rows) -> None:
    """Compute temporaries where they are read, if that repeats little work."""
    for buffer in draft.program.temps:
        found = all_sites(draft.program)
        makers = [s for s in found if any(w.buffer == buffer.name for w in written(s.stmt))]
        readers = [(s, n) for s in found if (n := sum(e.buffer == buffer.name for e in reads(s.stmt)))]
        if len(makers) == 1 and isinstance(makers[0].stmt, Store) and readers and _worth(makers[0], readers, knobs):
            draft.try_(f"inline {buffer.name}")


def _worth(maker: Site, readers: list[tuple[Site, int]], knobs: Rows) -> bool:
    value = values(maker.stmt)[0]
    count = sum(n for _, n in readers)
    deeper = any(len(s.loops) > len(maker.loops) for s, _ in readers)
    cost = operations(value)
    if cost == 0:
        return True
    if deeper:
        return cost == 1 and not heavy(value) and len(maker.loops) > 0 and not any(isinstance(s.stmt, Reduce) for s, _ in readers)
    if heavy(value):
        return count == 1
    return count == 1 or cost * (count - 1) <= knobs.inline_operations


def join(draft: Draft, keep: frozenset[str]) -> None:
    """What is computed from a kept nest's result, element by element, joins the loop that its threads share: one parallel region for both,
    and the result is read again while it is near."""
    for kernel in draft.program.kernels:
        tops = [s.var for s in kernel.body if isinstance(s, Loop)]
        for first, second in itertools.pairwise(tops):
            outer, nest = find_loop(draft.program, first), find_loop(draft.program, second)
            if outer is None or nest is None or not _touches(draft.program, first, keep) or _touches(draft.program, second, keep):
                continue
            blocks = outer.extent.args[1] if isinstance(outer.extent, Op) and outer.extent.name == "floordiv" else None
            for chain in (inside(nest)[:n] for n in range(1, len(inside(nest)) + 1)):
                trial, loop = draft.copy(), chain[-1].var
                if isinstance(blocks, Const):
                    if not trial.try_(f"split {loop} {blocks.value} -> {first}_{loop} {loop}_r"):
                        continue
                    loop = f"{first}_{loop}"
                if len(chain) > 1 and not trial.try_("reorder " + " ".join((loop, *(x.var for x in chain[:-1])))):
                    continue
                if trial.try_(f"fuse {first} {loop}"):
                    draft.program, draft.moves = trial.program, trial.moves
                    break


def collapse(draft: Draft) -> None:
    """Flatten perfect elementwise nests whose accesses stay dense: one loop, no remainder in the middle."""
    again = True
    while again:
        again = False
        for move in moves.legal(draft.program, ["collapse"]):
            new = moves.try_apply(draft.program, move.text)
            if new is not None and not _splits_index(new, move.text.split()[-1]):
                draft.try_(move.text)
                again = True
                break


def _splits_index(program: Program, var: str) -> bool:
    """Whether an index of the collapsed loop's body still takes the loop apart by // or %."""
    for site in all_sites(program):
        if any(loop.var == var for loop in site.loops):
            if isinstance(site.stmt, Reduce | Scan):
                return True
            for elem in (*reads(site.stmt), *written(site.stmt)):
                if stride(elem, var, program) is None:
                    return True
    return False


def fuse(draft: Draft, knobs: Rows, keep: frozenset[str] = frozenset()) -> None:
    """Fuse sibling loops from the outside in, first with first."""
    for kernel in draft.program.kernels:
        names = [s.var for s in kernel.body if isinstance(s, Loop)]
        _fuse_level(draft, names, knobs, keep)


def _fuse_level(draft: Draft, names: list[str], knobs: Rows, keep: frozenset[str]) -> None:
    merged: list[str] = []
    for name in names:
        if _touches(draft.program, name, keep):
            merged.append(name)
            continue
        joined = next((m for m in reversed(merged) if not _touches(draft.program, m, keep) and _join(draft, m, name, knobs)), None)
        if joined is None:
            merged.append(name)
    if knobs.fuse < 2:
        return
    for name in merged:
        loop = find_loop(draft.program, name)
        if loop is not None and not _touches(draft.program, name, keep):
            _fuse_level(draft, [s.var for s in loop.body if isinstance(s, Loop)], knobs, keep)


def _join(draft: Draft, first: str, second: str, knobs: Rows) -> bool:
    if draft.try_(f"fuse {first} {second}"):
        return True
    if not knobs.swap:
        return False
    loop = find_loop(draft.program, second)
    if loop is not None and len(loop.body) == 1 and isinstance(loop.body[0], Loop):
        inner = loop.body[0].var
        trial = draft.copy()
        if trial.try_(f"reorder {inner} {second}") and trial.try_(f"fuse {first} {inner}"):
            draft.program, draft.moves = trial.program, trial.moves
            return True
    return False


def _touches(program: Program, name: str, keep: frozenset[str]) -> bool:
    loop = find_loop(program, name) if keep else None
    if loop is None:
        return False
    return any(w.buffer in keep for k in _sites_in(loop) for w in written(k.stmt))


def _sites_in(loop: Loop) -> list[Site]:
    return list(sites((loop,)))


def localize(draft: Draft) -> None:
    """Give temporaries to the innermost loop that holds all their uses."""
    users: dict[str, list[Loop]] = {}
    for top in outer_loops(draft.program):
        used = {e.buffer for s in statements((top,)) for x in expressions(s) for e in walk(x) if isinstance(e, Elem)}
        for name in used:
            users.setdefault(name, []).append(top)
    for buffer in draft.program.temps:
        tops = users.get(buffer.name, [])
        if len(tops) == 1:
            top = next(t for t in outer_loops(draft.program) if t.var == tops[0].var)
            draft.first(f"localize {buffer.name} {loop.var}" for loop in reversed(inside(top)))


def partial_sums(draft: Draft, knobs: Rows) -> None:
    """Where a top-level loop is one single sum, give blocks of it sums of their own, so that threads can share it."""
    for top in outer_loops(draft.program):
        shared = [
            s.stmt.targets[0].buffer
            for s in _sites_in(top)
            if isinstance(s.stmt, Reduce) and len(s.stmt.targets) == 1 and not s.stmt.targets[0].index and _outside(draft.program, s.stmt)
        ]
        if not shared:
            continue
        trial = draft.copy()
        over = top.var
        if len(inside(top)) == 1:
            if not trial.try_(f"split {over} {knobs.chunk} -> {over}_o {over}_i"):
                continue
            over = f"{over}_o"
        if all(trial.try_(f"rfactor {name} {over} -> {name}_part") for name in dict.fromkeys(shared)):
            draft.program, draft.moves = trial.program, trial.moves


def _outside(program: Program, stmt: Reduce) -> bool:
    """Whether what is reduced into is a parameter or a temporary of the whole program."""
    return any(b.name == stmt.targets[0].buffer for b in program.buffers)


def threads(draft: Draft, keep: frozenset[str] = frozenset()) -> None:
    """Run every top-level nest on all threads, over its two outer loops where they are a rectangle.

    What only adds up results that are kept stays on one thread: they are few, and to wake the others takes longer.
    """
    for top in outer_loops(draft.program):
        used = {e.buffer for s in statements((top,)) for x in expressions(s) for e in walk(x) if isinstance(e, Elem)}
        if top.kind.name == "parallel" or (used and used <= keep):
            continue
        draft.first(f"parallelize {loop.var}" for loop in inside(top))


def vectors(draft: Draft, knobs: Rows) -> None:
    """Vectorize each innermost nest along the loop where most accesses are contiguous or constant."""
    done: set[str] = set()
    for top in outer_loops(draft.program):
        for leaf in innermost(top):
            chain = [loop for loop in inside(top) if leaf in inside(loop) and loop.kind.name == "serial" and loop.var not in done]
            best = sorted(chain, key=lambda loop: (-_along(draft.program, loop), -len(_path(top, loop))))
            for loop in best:
                if _along(draft.program, loop) < 0:
                    continue
                count = knobs.vectors
                tries = [f"vectorize {loop.var} {knobs.lanes} {n}" for n in dict.fromkeys((count, 1))]
                if draft.first(tries):
                    done |= {x.var for x in inside(loop)}
                    break
    for top in outer_loops(draft.program):
        if len(inside(top)) == 1 and top.kind.name == "parallel":
            _strip(draft, top, knobs)


def _strip(draft: Draft, top: Loop, knobs: Rows) -> None:
    """A flat parallel loop: blocks for the threads, vectors inside each."""
    name = top.var
    trial = draft.copy()
    ok = trial.try_(f"serialize {name}") and trial.try_(f"split {name} {knobs.chunk} -> {name}_o {name}_i")
    if ok and trial.first(f"vectorize {name}_i {knobs.lanes} {n}" for n in (knobs.vectors, 1)) and trial.try_(f"parallelize {name}_o"):
        draft.program, draft.moves = trial.program, trial.moves


def _path(top: Loop, loop: Loop) -> list[Loop]:
    return [x for x in inside(top) if loop in inside(x)]


def _along(program: Program, loop: Loop) -> int:
    """Score of vectorizing a loop: contiguous accesses for it, strided ones against it."""
    score = 0
    for site in _sites_in(loop):
        for elem in (*reads(site.stmt), *written(site.stmt)):
            match stride(elem, loop.var, program):
                case 1:
                    score += 2
                case None:
                    score -= 5
                case _:
                    pass
    return score
