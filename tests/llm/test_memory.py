"""What a prompt remembers: verified winners before shipped examples, and what refinements of the category promised and brought."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kernelmill.archive.store import Archive
from kernelmill.authors.llm.lessons import claim, lesson
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.record import Record
from kernelmill.core.verdict import Speedup, Status, Verdict
from kernelmill.platforms import PLATFORMS
from kernelmill.search.briefing import EXEMPLAR, briefing
from kernelmill.serve.prompts import prompt
from kernelmill.tasks import get

X86 = PLATFORMS.make("x86")


def record(
    task: str, source: str, *, status: Status = Status.FASTER, tier: str = "confirmation", eager: float = 2.0, note: str = ""
) -> Record:
    made = Candidate(task, "x86", (("k.cpp", source),), get(task).entry, lineage=Lineage("llm", note=note))
    speedup = {"eager": Speedup(eager, eager, eager)} if tier != "screen" else {"incumbent": Speedup(eager, eager, eager)}
    return Record(made, Verdict(status, speedup=speedup if status.passed else {}), "d", "x86", "cpu", tier, {}, "gcc", "1", 0.0)


def test_a_verified_winner_of_the_category_comes_before_a_shipped_example(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        for kept in (
            record("activation/silu", "own solution", eager=9.0),
            record("activation/relu", "slow winner", eager=1.1),
            record("activation/gelu", "fast winner", eager=3.0),
            record("activation/mish", "x" * (EXEMPLAR + 1), eager=5.0),
            record("activation/elu", "not confirmed", eager=7.0, tier="verdict"),
            record("softmax/softmax", "of another category", eager=8.0),
        ):
            archive.append(kept)
        assert briefing(get("activation/silu"), X86, archive).exemplar == "fast winner"
        assert briefing(get("loss/mse"), X86, archive).exemplar == ""
        assert briefing(get("activation/silu"), PLATFORMS.make("torch"), archive).exemplar == ""
    told = prompt(task="activation/silu", archive=str(tmp_path / "a.db")).text
    assert "fast winner" in told
    assert "own solution" not in told


def test_lessons_say_what_was_promised_and_what_was_measured(tmp_path: Path) -> None:
    note = claim("scalar exp", "vectorise exp", 0.5) + "; the fence that names the entry"
    with Archive(tmp_path / "a.db") as archive:
        archive.append(record("activation/gelu", "a", tier="screen", eager=1.25, note=note))
        archive.append(record("activation/gelu", "b", status=Status.WRONG_VALUE, tier="screen", note=claim("two passes", "fuse", 0.6)))
        archive.append(record("activation/gelu", "a", eager=1.9, note=note))
        archive.append(record("loss/mse", "c", note=claim("elsewhere", "unroll", 0.9)))
        lessons = briefing(get("activation/silu"), X86, archive).lessons
    assert lessons == (
        "activation/gelu: two passes -> fuse; promised 0.60x the time, ended as WRONG_VALUE",
        "activation/gelu: scalar exp -> vectorise exp; promised 0.50x the time, measured 1.90x against eager",
    )
    told = prompt(task="activation/silu", archive=str(tmp_path / "a.db")).text
    assert all(line in told for line in lessons)


def test_a_screen_tells_the_time_against_the_best_before() -> None:
    screened = record("activation/gelu", "a", tier="screen", eager=1.25, note=claim("x", "y", 0.5))
    assert lesson(screened).endswith("promised 0.50x the time, measured 0.80x the time of the best before it")
    assert lesson(replace(screened, candidate=replace(screened.candidate, lineage=Lineage(note="planned first")))) == ""
