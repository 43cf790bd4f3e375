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
    """`C++`, `Python`, `CUDA C++` or `Python with CUDA`."""
    platform: str
    """`x86`, `torch` or `cuda` (on this machine's processor)."""
    task: str
    """What it claims to compute."""
    what: str
    """What it does, in one sentence."""
    seen: str
    """Public source in which attacks like this one were seen (`docs/threat-model.md` lists them), or that there is none."""
    expected: list[str]
    """Answers of the judge that count: statuses, and `NEUTRALISED`."""
    got: str
    """Status of the verdict; `NEUTRALISED`: right, without effect, and shown to be no faster than its honest twin (the upper 99.5 % bound
    of the ratio is at most 1.10); `UNDECIDED`: the race did not show that; `THROUGH`: the attack got what it wanted."""
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
    """How many were right, without effect and shown to be no faster than their honest twins."""
    undecided: int
    """How many were right and without effect, in a race that stayed undecided."""
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
    left_out: list[str] = Field(default_factory=list)
    """Platforms that nobody asked for by name and whose tools are missing here, each with the reason."""

    @property
    def exit_code(self) -> int:
        """1 where one got through or a race stayed undecided; without defences, where one did not get through."""
        got = [r.got for r in self.rows]
        return int("THROUGH" in got or "UNDECIDED" in got if self.defences else set(got) != {"THROUGH"})


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

    `platform`: x86, torch or cuda, all that work here where none is named; `level`: isolation level 3 or 2, the best by default; `task`,
    `group` (class) and
    `names` are shell patterns. `defences=False` has each tried on a judge that lacks the one defence that holds it, and shows that it wins.
    """
    import time

    from kernelmill.attacks.suite import Row, by_class, missing, run
    from kernelmill.attacks.table import select
    from kernelmill.judge.sandbox import isolation
    from kernelmill.search import watch

    chosen, began = select(platform, group, task, names), time.monotonic()
    left_out = {} if platform else missing(chosen)
    chosen = [a for a in chosen if a.platform not in left_out]
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
            AttackCount(
                class_=c.group, attacks=c.attacks, detected=c.detected, neutralised=c.neutralised, undecided=c.undecided, through=c.through
            )
            for c in by_class(rows)
        ],
        unexpected=[f"{r.attack.platform}/{r.attack.name}" for r in rows if defences and not r.expected],
        seconds=round(time.monotonic() - began, 1),
        left_out=[f"{name}: {reason}" for name, reason in left_out.items()],
    )  # fmt: skip
