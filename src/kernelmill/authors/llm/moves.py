"""Way `moves`: the model chooses among legal moves of a loop program, so that every answer is a valid kernel."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from kernelmill.authors.llm.meter import prompt_tokens
from kernelmill.authors.llm.model import Message
from kernelmill.authors.llm.prompt import Prompt, render
from kernelmill.authors.llm.ways import Desk, Talk
from kernelmill.authors.schedule import rows
from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.lowered import lowered
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.record import Record
from kernelmill.mill import moves, show
from kernelmill.mill.print_c import print_c

CHOICES = 8
"""Moves offered at once, each under a letter."""
_BINDING = ("parallelize", "vectorize", "unroll")
"""Moves that say how a loop runs: taken back before the choice and made again after it."""
_PROGRAM = 1800
"""Characters of the program that are shown."""


async def choose(desk: Desk, key: str, passing: Sequence[Record]) -> tuple[Candidate, Talk] | None:
    """One move chosen by the model, on the best schedule so far (or the recipe's). None where it names no letter."""
    brief = desk.facts.brief
    parent = next((r for r in passing if r.candidate.lineage.moves), None)
    draft = Draft(lowered(brief.task))
    knobs = rows.Rows(lanes=max(2, brief.machine.vector_bytes // 4))
    if parent is not None:
        draft.all(m for m in parent.candidate.lineage.moves if m.split()[0] not in _BINDING)
    else:
        rows.inline(draft, knobs)
    offered = _offer(draft, random.Random(f"{desk.seed}/{key}"))
    if not offered:
        return None
    letters = [chr(ord("A") + i) for i in range(len(offered))]
    speedup = parent.verdict.speedup.get("eager") if parent else None
    facts = desk.facts.values() | {
        "program": show(draft.program)[:_PROGRAM],
        "history": f"{'; '.join(draft.moves)} gave {speedup.median:.2f}x" if speedup else "",
        "choices": list(zip(letters, offered, strict=True)),
    }
    asked = _fitting(desk, facts)
    schema = {
        "type": "object",
        "properties": {"choice": {"type": "string", "enum": letters}},
        "required": ["choice"],
        "additionalProperties": False,
    }
    exchange = await desk.put(f"{key}/0", (Message("user", asked.text),), asked, schema)
    try:
        chosen = offered[letters.index(json.loads(exchange.text)["choice"])]
    except (ValueError, KeyError, TypeError):
        return None
    draft.try_(chosen)
    rows.bind(draft, knobs)
    source = print_c(draft.program, brief.machine, brief.task.entry)
    parents = (parent.candidate.id,) if parent else ()
    made = Candidate(
        brief.task.name, brief.platform.partition("{")[0], ((f"{brief.task.entry}.cpp", source),), brief.task.entry, draft.program.requires,
        lineage=Lineage(desk.author, parents, tuple(draft.moves), exchange.prompt, f"chose {chosen}"),
    )  # fmt: skip
    return made, Talk(key, (Message("user", asked.text),))


def _fitting(desk: Desk, facts: dict[str, Any]) -> Prompt:
    """The prompt, its program cut to what the limit of a prompt leaves."""
    asked = render("moves", **facts)
    over = prompt_tokens([Message("user", asked.text)]) - (desk.settings.prompt_tokens or 1 << 30)
    if over <= 0:
        return asked
    text = facts["program"]
    return render("moves", **facts | {"program": text[: max(0, len(text) - over * 7 // 2 - 20)] + "\n..."})


def _offer(draft: Draft, rng: random.Random) -> list[str]:
    """A few legal moves, one of each kind in turn."""
    kinds = sorted(set(moves.KINDS) - {"bind-axis", "serialize"})
    rng.shuffle(kinds)
    options = [[m.text for m in moves.legal(draft.program, [name])] for name in kinds]
    offered: list[str] = []
    while any(options) and len(offered) < CHOICES:
        for texts in options:
            if texts and len(offered) < CHOICES:
                offered.append(texts.pop(rng.randrange(len(texts))))
    return offered
