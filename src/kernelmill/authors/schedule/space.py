"""The space of schedules: recipes with knobs to begin with, and small changes of a schedule's text to go on with."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kernelmill.authors.schedule import contract, rows
from kernelmill.authors.schedule.contract import Contract
from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.rows import Rows
from kernelmill.authors.schedule.shape import find_loop
from kernelmill.core.machine import Machine
from kernelmill.mill import moves
from kernelmill.mill.expr import Const, Var
from kernelmill.mill.ir import Program

ROW_CHOICES: dict[str, tuple[int | bool, ...]] = {
    "vectors": (4, 2, 1, 8),
    "chunk": (8192, 32768, 2048, 131072),
    "fuse": (2, 1),
    "inline_operations": (12, 0, 40),
    "swap": (True, False),
    "stream": (False, True),
    "collapse": (True, False),
    "reciprocal": (True, False),
}
"""Knob -> values, the likeliest first."""


CONTRACT_CHOICES: dict[str, tuple[int | bool | str, ...]] = {
    "rows": (8, 12, 14, 6),
    "vectors": (2, 3, 4, 1),
    "depth": (256, 512, 384, 128, 0),
    "block_rows": (192, 96, 128, 64, 0),
    "block_columns": (1024, 512, 4096, 0),
    "pack_rows": (True, False),
    "pack_columns": (True, False),
    "across": ("columns", "rows", "batch"),
    "piece": (0, 0, 0, 8192, 4096, 2048),
    "slivers": (True, False),
    "ahead": (8, 0, 16),
}


def lanes(machine: Machine) -> int:
    """float32 lanes of the machine's widest vector."""
    return max(2, machine.vector_bytes // 4)


def beginnings(program: Program, machine: Machine, rng: random.Random, sizes: Mapping[str, int]) -> Iterator[tuple[Draft, str]]:
    """(schedule, compiler) from the recipes: the likeliest first, each knob changed alone, then combinations without end.

    `sizes`: the axes where the kernel will be timed; they choose among schedules, which hold for all sizes.
    """
    plain = Rows(lanes=lanes(machine))
    contracts = contract.found(Draft(program))
    if not contracts:
        for cc in ("gcc", "clang"):
            for stream in (False, True):
                yield rows.schedule(Draft(program), replace(plain, stream=stream)), cc
    lengths = [_lengths(program, p, sizes) for p in contracts]
    long = max((k for (m, n, k), p in zip(lengths, contracts, strict=True) if not p.batch and k >= 8 * max(m, n)), default=0)
    batched = any(p.batch for p in contracts)
    for tile, cc in slivers(machine, max(lengths, key=math.prod), batched=batched, long=long) if contracts else ():
        yield _made(program, contracts, tile, plain), cc
    for tile in tiles(machine, batched=batched, long=long) if contracts else ():
        yield _made(program, contracts, tile, plain), "gcc"
    for name, values in ROW_CHOICES.items():
        for value in values[1:] if not contracts else ():
            yield rows.schedule(Draft(program), replace(plain, **{name: value})), rng.choice(("clang", "gcc"))
    if plain.lanes > 8 and not contracts:
        yield rows.schedule(Draft(program), replace(plain, lanes=plain.lanes // 2)), "clang"
    start = tiles(machine)[0]
    while True:
        tile = replace(start, **{n: rng.choice(v) for n, v in CONTRACT_CHOICES.items()})
        mixed = replace(plain, **{n: rng.choice(v) for n, v in ROW_CHOICES.items()})
        yield _made(program, contracts, tile, mixed), rng.choice(("gcc", "gcc", "clang") if contracts else ("gcc", "clang"))


def _lengths(program: Program, p: contract.Parts, sizes: Mapping[str, int]) -> tuple[int, int, int]:
    """Rows, columns and length of the sum at these sizes; 0 where one is not plain to see."""

    def length(name: str) -> int:
        loop = find_loop(program, name)
        match loop.extent if loop else None:
            case Const(value=int() as value):
                return value
            case Var(name=axis):
                return sizes.get(axis, 0)
            case _:
                return 0

    return length(p.row), length(p.column), length(p.sums[0]) if len(p.sums) == 1 else 0


def slivers(machine: Machine, lengths: tuple[int, int, int], *, batched: bool, long: int) -> list[tuple[Contract, str]]:
    """Schedules in which every thread packs and multiplies alone, the likeliest first, each with a compiler.

    A sliver of rows fills half of the first cache, a packed block half of the second; threads share the columns, or the rows where those
    are four times as many, or batches, or pieces of a sum of length `long`.
    """
    n, cores = lanes(machine), max(1, machine.cores)
    rows_, columns, depth = (v or 1024 for v in lengths)
    piece = 0
    if long:
        piece = -(-long // (cores * 512)) * 512
    tall = rows_ >= 4 * columns
    wide, high = ((6, 4), (12, 2)) if machine.vector_registers >= 32 else ((4, 3), (6, 2))
    other_tile = (14, 2) if machine.vector_registers >= 32 else (4, 2)

    def block(mr: int, vectors: int, kc: int, across: str) -> Contract:
        share = 1 if batched or long or across == "rows" else cores
        limit = max(1, machine.l2_bytes // 2 // (4 * kc * n * vectors))
        panels = -(-columns // (share * n * vectors))
        panels = -(-panels // -(-panels // limit))
        slivers_of_one = -(-rows_ // (cores * mr)) if across == "rows" else 0
        return Contract(n, mr, vectors, min(kc, -(-depth // 16) * 16), slivers_of_one * mr, panels * n * vectors, across=across,
                        slivers=True, ahead_rows=-(-mr // panels), piece=piece)  # fmt: skip

    usual, other = ("batch", "batch") if batched else ("rows", "columns") if tall else ("columns", "rows")
    first, second = (high, wide) if tall else (wide, high)
    return [
        (block(*first, 512, usual), "gcc"),
        (block(*second, 512, usual), "gcc"),
        (block(*first, 256, usual), "gcc"),
        (block(*first, 512, usual), "clang"),
        (block(*other_tile, 512, usual), "gcc"),
        (block(*first, 512, other), "gcc"),
        (replace(block(*first, 512, usual), ahead=0), "gcc"),
        (block(*wide, 1024, usual), "gcc"),
    ]


def tiles(machine: Machine, *, batched: bool = False, long: int = 0) -> list[Contract]:
    """Likely schedules of a contraction: register tiles that leave room for a row of the right factor; with and without cache blocks.
    A batch is what threads share best: each packs and multiplies on its own. So are pieces of a sum of length `long`."""
    n, registers = lanes(machine), machine.vector_registers
    mr = 8 if registers >= 32 else 4
    whole = Contract(n, mr, 2, depth=0, block_rows=0, block_columns=0)
    small = Contract(n, mr, 2, 256, block_rows=12 * mr)
    high = (registers - 4) // 2
    found = [
        Contract(n, mr, 2, 512, block_rows=16 * mr),
        Contract(n, mr, 2, 256, block_rows=32 * mr, block_columns=512),
        replace(small, block_rows=24 * mr),
        small,
        Contract(n, high, 2, 256, block_rows=high * 8),
        Contract(n, high, 2, 256, block_rows=high * 14),
        replace(whole, across="rows", pack_columns=False),
        replace(whole, pack_rows=False),
        replace(whole, across="rows", pack_columns=False, pack_rows=False),
        Contract(n, 6 if registers >= 32 else 3, 4 if registers >= 32 else 2, 256, block_rows=96),
        replace(whole, across="batch", depth=0),
        replace(whole, rows=high),
        replace(small, block_rows=4 * mr, depth=1024),
    ]
    if long:
        piece = -(-long // max(1, machine.cores))
        pieces = [Contract(n, mr, 2, depth, 32 * mr, 256, piece=-(-piece // depth) * depth) for depth in (256, 512)]
        found = [*pieces, replace(pieces[0], piece=-(-piece // 512) * 256), *found]
    return [replace(t, across="batch") if t.depth and t.block_rows else t for t in found] if batched else found


def _made(program: Program, contracts: list[contract.Parts], tile: Contract, plain: Rows) -> Draft:
    draft = Draft(program)
    draft.try_("simplify")
    done = frozenset().union(*(contract.schedule(draft, p, tile) for p in contracts))
    return rows.schedule(draft, plain, done)


_NUMBER = re.compile(r"(?<![\w])\d+(?![\w])")


def variation(program: Program, schedule: Sequence[str], rng: random.Random) -> Draft:
    """A schedule near another: a number doubled or halved, a move left out, or a legal move added. Moves that no longer fit are skipped."""
    texts = list(schedule)
    kind = rng.random()
    numbered = [i for i, t in enumerate(texts) if t.split()[0] in ("split", "vectorize") and _NUMBER.search(t)]
    if numbered and kind < 0.6:
        i = rng.choice(numbered)
        texts[i] = _NUMBER.sub(lambda m: str(max(1, int(m[0]) * 2 if rng.random() < 0.5 else int(m[0]) // 2)), texts[i])
    elif texts and kind < 0.75:
        del texts[rng.randrange(len(texts))]
    draft = Draft(program)
    draft.all(texts)
    if kind >= 0.75 or draft.moves == list(schedule):
        kinds = rng.sample(sorted(set(moves.KINDS) - {"bind-axis"}), len(moves.KINDS) - 1)
        for name in kinds[:4]:
            options = moves.legal(draft.program, [name])
            if options and draft.try_(rng.choice(options).text):
                break
    return draft
