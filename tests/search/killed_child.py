"""A run that is killed from outside: `python killed_child.py ARCHIVE BUDGET [resume]`. Prints the hash of each record in the archive."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from doubles import Climber, FakeJudge

from kernelmill.archive.store import Archive
from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Verdict
from kernelmill.search import watch
from kernelmill.search.optimize import Request, optimize


class SlowJudge(FakeJudge):
    """Takes a moment, so that a kill lands inside a judgement or between two."""

    def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
        time.sleep(0.004)
        return super().screen(candidate, incumbent)

    def confirm(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        time.sleep(0.05)
        return super().confirm(candidate, baselines)


def say(event: watch.Event) -> None:
    if isinstance(event, watch.Recorded):
        print(event.hash, flush=True)


if __name__ == "__main__":
    path, budget, *rest = sys.argv[1:]
    with Archive(path) as archive, watch.listening(say):
        optimize(
            Request("activation/relu", "null", "ci", budget=budget),
            archive,
            resume="last" if rest else None,
            opener=SlowJudge,
            author=Climber(),
        )
