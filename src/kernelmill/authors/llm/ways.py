"""Ways of working with a model. Each turns a place in the run into at most one candidate; all end at the same judge.

sample   independent attempts
plan     strategy first, code after
repair   independent attempts, and each failure goes back with the judge's report
refine   one bottleneck of the best kernel at a time: bottleneck, evidence, method and expected gain as JSON, then the code
moves    the model chooses among the legal moves of a loop program (moves.py), so that every answer is valid
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernelmill.authors.llm.answer import as_file, extract
from kernelmill.authors.llm.asking import Asking
from kernelmill.authors.llm.lessons import claim
from kernelmill.authors.llm.meter import prompt_tokens
from kernelmill.authors.llm.model import Message, Request
from kernelmill.authors.llm.prompt import Facts, Prompt, language, render
from kernelmill.authors.llm.transcript import Exchange
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.record import Record
from kernelmill.core.verdict import Verdict

WAYS = ("sample", "plan", "repair", "refine", "moves")
BOTTLENECK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "bottleneck": {"type": "string", "maxLength": 200},
        "evidence": {"type": "string", "maxLength": 300},
        "method": {"type": "string", "maxLength": 300},
        "expected_ratio": {"type": "number", "minimum": 0, "maximum": 10},
    },
    "required": ["bottleneck", "evidence", "method", "expected_ratio"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """Limits of one exchange and the form of the prompt."""

    max_tokens: int = 2048
    temperature: float = 0.7
    template: str = "write"
    """`write`, or `small` for models with a short context."""
    prompt_tokens: int = 0
    """Estimated tokens of one prompt at most; 0: no limit."""

    def fits(self, messages: Sequence[Message]) -> bool:
        """Whether a conversation stays within the limit."""
        return not self.prompt_tokens or prompt_tokens(messages) <= self.prompt_tokens


@dataclass
class Talk:
    """A conversation that ended in a candidate, kept so that a failure can go back into it."""

    key: str
    messages: tuple[Message, ...]
    step: int = 0


@dataclass
class Desk:
    """Where the ways work: one brief, one model, the conversations so far."""

    facts: Facts
    asking: Asking
    author: str
    settings: Settings
    seed: int = 0

    async def put(self, key: str, messages: tuple[Message, ...], prompt: Prompt, schema: dict[str, Any] | None = None) -> Exchange:
        """Ask one question."""
        s = self.settings
        steps = int(key.rpartition("/")[2])
        attempt = int(key.split("/")[-2])
        request = Request(key=key, messages=messages, max_tokens=s.max_tokens, temperature=s.temperature if attempt else 0.0,
                          seed=self.seed + 1000 * attempt + steps, schema=schema, prompt=prompt.id)  # fmt: skip
        return await self.asking.ask(request)

    def opening(self, plan: str = "") -> tuple[tuple[Message, ...], Prompt]:
        """System and first user message that ask for the kernel; without exemplar and lessons where they have no room."""
        full = self._opening(self.facts, plan)
        return full if self.settings.fits(full[0]) else self._opening(Facts(self.facts.brief), plan)

    def _opening(self, facts: Facts, plan: str) -> tuple[tuple[Message, ...], Prompt]:
        values = facts.values() | {"plan": plan}
        asked = render(self.settings.template, **values)
        system = render(self.settings.template, **values, system=True)
        return (Message("system", system.text.strip()), Message("user", asked.text)), asked

    def follow_up(self, talk: Talk, failure: dict[str, Any]) -> tuple[tuple[Message, ...], Prompt]:
        """The conversation so far and the judge's report; where that has no room, one message that stands alone.

        Of that message the report's detail is left out first, then the end of the code.
        """
        asked = render("repair", **failure)
        whole = (*talk.messages, Message("user", asked.text))
        if self.settings.fits(whole):
            return whole, asked
        code = extract(talk.messages[-1].text, self.facts.brief.task.entry).code
        for detail in (failure["detail"], ""):
            report = render("repair", **failure | {"detail": detail}).text
            asked = render("mend", **self.facts.values(), code=code, report=report)
            if self.settings.fits(alone := (Message("user", asked.text),)):
                return alone, asked
        over = prompt_tokens(alone) - self.settings.prompt_tokens
        asked = render("mend", **self.facts.values(), code=code[: max(0, len(code) - 4 * over)], report=report)
        return (Message("user", asked.text),), asked

    def candidate(self, exchange: Exchange, talk: Talk, parents: tuple[str, ...] = (), note: str = "") -> tuple[Candidate, Talk] | None:
        """The candidate in a reply; a reply without code is one too, and the judge refuses it. None where no text came."""
        if not exchange.text.strip():
            return None
        brief = self.facts.brief
        platform = brief.platform.partition("{")[0]
        answer = extract(exchange.text, brief.task.entry)
        name = as_file(answer, exchange.text, language(brief.platform)[2])
        notes = [note, answer.note, f"the reply was cut: {exchange.detail}" if exchange.fault else ""]
        made = Candidate(task=brief.task.name, platform=platform, files=(name,), entry=brief.task.entry,
                         lineage=Lineage(author=self.author, parents=parents, prompt=exchange.prompt,
                                         note="; ".join(n for n in notes if n)))  # fmt: skip
        reply = Message("assistant", exchange.text)
        return made, Talk(talk.key, (*talk.messages, reply), talk.step)


async def sample(desk: Desk, key: str) -> tuple[Candidate, Talk] | None:
    """One independent attempt."""
    messages, prompt = desk.opening()
    exchange = await desk.put(f"{key}/0", messages, prompt)
    return desk.candidate(exchange, Talk(key, messages))


async def plan(desk: Desk, key: str) -> tuple[Candidate, Talk] | None:
    """A strategy in words, then the code for it."""
    messages, _ = desk.opening()
    asked = render("plan")
    thought = await desk.put(f"{key}/0", (*messages, Message("user", asked.text)), asked)
    if not thought.text.strip():
        return None
    messages, prompt = desk.opening(plan=thought.text.strip())
    exchange = await desk.put(f"{key}/1", messages, prompt)
    return desk.candidate(exchange, Talk(key, messages, 1), note="planned first")


async def repair(desk: Desk, talk: Talk, failed: Record) -> tuple[Candidate, Talk] | None:
    """The judge's report goes back into the conversation that wrote the candidate."""
    messages, asked = desk.follow_up(talk, report_facts(failed.verdict))
    again = Talk(talk.key, messages, talk.step + 1)
    exchange = await desk.put(f"{talk.key}/{again.step}", again.messages, asked)
    return desk.candidate(exchange, again, parents=(failed.candidate.id,), note=f"repair {again.step}")


async def refine(desk: Desk, key: str, best: Record) -> tuple[Candidate, Talk] | None:
    """Name one bottleneck with a promised gain, then write the code. The promise stands in the note and is checked when told."""
    speedup = best.verdict.speedup.get("eager")
    facts = desk.facts.values() | {
        "source": best.candidate.source,
        "speedup": f"{speedup.median:.2f}x [{speedup.low:.2f}, {speedup.high:.2f}]" if speedup else "",
        "roofline": best.verdict.roofline,
    }
    asked = render("refine", **facts)
    first = (Message("user", asked.text),)
    named = await desk.put(f"{key}/0", first, asked, BOTTLENECK)
    try:
        promise = json.loads(named.text)
        method = str(promise["method"])
        expected = float(promise["expected_ratio"])
    except (ValueError, KeyError, TypeError):
        return desk.candidate(named, Talk(key, first), note="the bottleneck could not be read")
    applied = render("apply", method=method)
    messages = (*first, Message("assistant", named.text), Message("user", applied.text))
    exchange = await desk.put(f"{key}/1", messages, applied)
    told = claim(str(promise["bottleneck"]), method, expected)
    return desk.candidate(exchange, Talk(key, messages, 1), parents=(best.candidate.id,), note=told)


def report_facts(verdict: Verdict) -> dict[str, Any]:
    """The failure as the repair prompt words it; long compiler output is cut to what matters."""
    failure = verdict.failure
    return {
        "status": verdict.status.value,
        "summary": (failure.summary if failure else verdict.reason) or verdict.status.value,
        "workload": failure.workload if failure else "",
        "detail": compiler_cut(failure.detail) if failure else "",
        "share_wrong": failure.share_wrong if failure else 0.0,
        "worst_ulp": failure.worst_ulp if failure else 0.0,
        "hint": failure.hint if failure else "",
    }


def compiler_cut(text: str, limit: int = 1500) -> str:
    """The first errors of a compiler's output with their source lines; notes and include chains dropped; at most `limit` characters."""
    lines = text.splitlines()
    if any("error:" in line for line in lines):
        kept: list[str] = []
        keep = False
        for line in lines:
            if "error:" in line:
                keep = True
            elif "note:" in line or "warning:" in line or line.startswith(("In file included", "In function", "                 from")):
                keep = False
            if keep:
                kept.append(line)
        lines = kept
    short = "\n".join(lines)
    return short if len(short) <= limit else short[:limit].rstrip() + "\n... (cut)"
