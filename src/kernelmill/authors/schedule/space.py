"""The space of schedules: recipes with knobs to begin with, and small changes of a schedule's text to go on with."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kernelmill.authors.schedule import contract, rows
from kernelmill.authors.schedule.contract import Contract
from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.rows import Rows
from kernelmill.core.machine import Machine
from kernelmill.mill import moves
from kernelmill.mill.ir import Program

ROW_CHOICES: dict[str, tuple[int | bool, ...]] = {
    "vectors": (4, 2, 1, 8),
    "chunk": (8192, 32768, 2048, 131072),
    "fuse": (2, 1),
    "inline_operations": (12, 0, 40),
    "swap": (True, False),
    "collapse": (True, False),
    "reciprocal": (True, False),
}
"""Knob -> values, the likeliest first."""


CONTRACT_CHOICES: dict[str, tuple[int | bool | str, ...]] = {
    "rows": (8, 12, 14, 6),
    "vectors": (2, 3, 4, 1),
    "depth": (0, 512, 256, 1024),
    "pack_rows": (True, False),
    "pack_columns": (True, False),
    "across": ("columns", "rows", "batch"),
}


def lanes(machine: Machine) -> int:
    """float32 lanes of the machine's widest vector."""
    return max(2, machine.vector_bytes // 4)


def beginnings(program: Program, machine: Machine, rng: random.Random) -> Iterator[Draft]:
    """Schedules from the recipes: the default, each knob changed alone, then random combinations without end."""
    plain = Rows(lanes=lanes(machine))
    tiled = tiles(machine)
    contracts = contract.found(Draft(program))
    yield _made(program, contracts, tiled[0], plain)
    if contracts:
        for knobs in tiled[1:]:
            yield _made(program, contracts, knobs, plain)
        for name, values in CONTRACT_CHOICES.items():
            for value in values[1:]:
                yield _made(program, contracts, replace(tiled[0], **{name: value}), plain)
    for name, values in ROW_CHOICES.items():
        for value in values[1:]:
            yield _made(program, contracts, tiled[0], replace(plain, **{name: value}))
    if plain.lanes > 8:
        yield _made(program, contracts, tiled[0], replace(plain, lanes=plain.lanes // 2))
    while True:
        tile = replace(tiled[0], **{n: rng.choice(v) for n, v in CONTRACT_CHOICES.items()})
        yield _made(program, contracts, tile, replace(plain, **{n: rng.choice(v) for n, v in ROW_CHOICES.items()}))


def tiles(machine: Machine) -> list[Contract]:
    """Register tiles that fill the machine's vector registers: result, one row of the right factor, one broadcast."""
    n = lanes(machine)
    found = [Contract(n, rows, vectors) for vectors in (2, 3, 1, 4) if (rows := (machine.vector_registers - 2 - vectors) // vectors) > 1]
    return sorted(found, key=lambda c: -c.rows * c.vectors / (c.rows + c.vectors))


def _made(program: Program, contracts: list[contract.Parts], tile: Contract, plain: Rows) -> Draft:
    draft = Draft(program)
    done = frozenset(p.target for p in contracts if contract.schedule(draft, p, tile))
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
