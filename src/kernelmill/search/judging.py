"""What the search needs of a judge, bound to one task, platform and profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task
from kernelmill.core.verdict import Verdict

BASELINES = ("eager", "compile", "naive")
"""What a candidate is compared with; `best` is the fastest of them."""


class Judging(Protocol):
    """One task on one platform at one size, judged in three tiers."""

    @property
    def version(self) -> str:
        """Judge version and protocol parameters: part of every record."""
        ...

    def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
        """Quick: one shape, one family, one restart against the incumbent (`speedup['incumbent']`). At most CORRECT."""
        ...

    def verdict(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        """Every case, and one decision against each baseline."""
        ...

    def confirm(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        """A second decision with new processes and seeds that selected nobody."""
        ...

    def close(self) -> None:
        """End every process it started."""
        ...


OpenJudge = Callable[..., Judging]
"""Makes a judge for task, platform and profile; further options by name, where they are not the default."""


def open_judge(task: Task, platform: Platform, profile: str, *, stages: Sequence[str] = (), cache: str = "cold") -> Judging:
    """The judge. Raises `UserError` for a profile that the task does not have, a stage or a cache mode that does not exist."""
    from kernelmill.judge import judge

    return judge.open_judge(task, platform, profile, stages=stages, cache=cache)


def options(stages: Sequence[str], cache: str) -> dict[str, Any]:
    """What an `OpenJudge` is told by name."""
    return ({"stages": tuple(stages)} if stages else {}) | ({"cache": cache} if cache != "cold" else {})
