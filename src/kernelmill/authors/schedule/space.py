"""The space of schedules: recipes with knobs to begin with, and small changes of a schedule's text to go on with."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from kernelmill.authors.schedule import rows
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


def lanes(machine: Machine) -> int:
    """float32 lanes of the machine's widest vector."""
    return max(2, machine.vector_bytes // 4)


def beginnings(program: Program, machine: Machine, rng: random.Random) -> Iterator[Draft]:
    """Schedules from the recipes: the default, each knob changed alone, then random combinations without end."""
    start = Rows(lanes=lanes(machine))
    yield rows.schedule(Draft(program), start)
    for name, values in ROW_CHOICES.items():
        for value in values[1:]:
            yield rows.schedule(Draft(program), replace(start, **{name: value}))
    if start.lanes > 8:
        yield rows.schedule(Draft(program), replace(start, lanes=start.lanes // 2))
    names = [f.name for f in fields(Rows) if f.name in ROW_CHOICES]
    while True:
        mixed = {n: rng.choice(ROW_CHOICES[n]) for n in names}
        yield rows.schedule(Draft(program), replace(start, **mixed))


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
