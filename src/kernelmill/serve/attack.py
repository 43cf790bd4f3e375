"""Function that attacks the judge."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from kernelmill.serve.answers import Answer


class Classed(Answer):
    """Something with a key `class`, which Python cannot spell."""

    model_config = ConfigDict(serialize_by_alias=True)

    class_: str = Field(serialization_alias="class")
    """Kind of attack."""


class AttackRow(Classed):
    """One attack and what the judge said about it."""

    name: str
    """Of the attack."""
    language: str
    """`C++` or `Python`."""
    platform: str
    """`x86` or `torch`."""
    task: str
    """What it claims to compute."""
    what: str
    """What it does, in one sentence."""
    seen: str
    """Public project or report in which attacks like this one were seen, or `ours`."""
    expected: list[str]
    """Answers of the judge that count: statuses, and `NEUTRALISED`."""
    got: str
    """Status of the verdict; `NEUTRALISED`: right, without effect, and by the judge's interval not faster than its honest twin;
    `THROUGH`: the attack got what it wanted."""
    detected: bool
    """Whether the verdict is a refusal; neutralised attacks are counted apart."""
    off: list[str]
    """Defence without which it wins; `naive`: a judge without the structure of this one."""
    wins: str
    """What winning is: `faster` than its twin, `correct` undeservedly, a forbidden `effect`, another `environment` for the harness."""
    reason: str
    """Why, in one sentence."""
    seconds: float
    """What it took."""


class AttackCount(Classed):
    """A class of attacks."""

    attacks: int
    """How many were tried."""
    detected: int
    """How many got a verdict that refuses them."""
    neutralised: int
    """How many were right, without effect and not faster than their honest twins."""
    through: int
    """How many got what they wanted."""


class AttackAnswer(Answer):
    """What the attacks that ship make of the judge on this machine."""

    level: int
    """Isolation level."""
    defences: bool
    """False: each was tried on a judge that lacks the defence it is about, and is to get through."""
    rows: list[AttackRow]
    """One per attack."""
    classes: list[AttackCount]
    """The table by class."""
    unexpected: list[str]
    """Attacks whose answer is not one that was expected."""
    seconds: float
    """What all of it took."""

    @property
    def exit_code(self) -> int:
        got = [r.got == "THROUGH" for r in self.rows]
        return int(any(got) if self.defences else not all(got))


def attack(
    *,
    platform: str = "",
    level: int | None = None,
    task: str = "*",
    group: str = "*",
    names: str = "*",
    defences: bool = True,
) -> AttackAnswer:
    """Try the attacks that ship on the judge of this machine: every one is to be refused, or right and no faster than its honest twin.

    `platform`: x86 or torch, both where none is named; `level`: isolation level 3 or 2, the best by default; `task`, `group` (class) and
    `names` are shell patterns. `defences=False` has each tried on a judge that lacks the one defence that holds it, and shows that it wins.
    """
    import time

    from kernelmill.attacks.suite import Row, by_class, run
    from kernelmill.attacks.table import select
    from kernelmill.judge.sandbox import isolation
    from kernelmill.search import watch

    chosen, began = select(platform, group, task, names), time.monotonic()
    rows: list[Row] = []
    for row in run(chosen, level, defences=defences):
        rows.append(row)
        detail = f"{row.attack.platform} {row.attack.name}: {row.got} ({row.seconds:.1f} s)"
        watch.tell(watch.Stage(f"{len(rows)}/{len(chosen)}", detail))
    return AttackAnswer(
        level=isolation(level).level,
        defences=defences,
        rows=[
            AttackRow(
                name=r.attack.name, class_=r.attack.group, language=r.attack.language, platform=r.attack.platform, task=r.attack.task,
                what=r.attack.doc, seen=r.attack.seen, expected=sorted(r.attack.expect), got=r.got, detected=r.detected,
                off=list(r.attack.off), wins=r.attack.wins, reason=r.reason, seconds=round(r.seconds, 3),
            )
            for r in rows
        ],
        classes=[
            AttackCount(class_=c.group, attacks=c.attacks, detected=c.detected, neutralised=c.neutralised, through=c.through)
            for c in by_class(rows)
        ],
        unexpected=[f"{r.attack.platform}/{r.attack.name}" for r in rows if defences and not r.expected],
        seconds=round(time.monotonic() - began, 1),
    )  # fmt: skip
