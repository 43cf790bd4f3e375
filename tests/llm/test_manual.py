"""The author `manual`: prompts become files, files become candidates, and a run waits for its answers between two starts."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kernelmill.authors import AUTHORS
from kernelmill.authors.llm.manual import Manual
from kernelmill.core.author import Brief
from kernelmill.core.budget import Budget
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.core.verdict import Failure, Status, Verdict

CODE = 'extern "C" void km_silu(const float* x, float* y, int64_t N) { /* %d */ }'


def test_the_prompt_waits_in_a_file_and_the_answer_is_read_from_one(brief: Brief, tmp_path: Path) -> None:
    author = AUTHORS.make(f'manual{{folder="{tmp_path}/work"}}')
    with pytest.raises(UserError, match=r"silu-repair-0-0\.prompt\.md"):
        author.begin(brief).ask((), 4, Budget())
    asked = (tmp_path / "work" / "silu-repair-0-0.prompt.md").read_text()
    assert "km_silu(const float* x" in asked
    (tmp_path / "work" / "silu-repair-0-0.answer.md").write_text(f"Here it is.\n```cpp\n{CODE % 1}\n```\n")
    session = author.begin(brief)
    (made,) = session.ask((), 4, Budget())
    assert made.source.strip() == CODE % 1
    assert made.lineage.author == author.spec
    wrong = Verdict(Status.WRONG_VALUE, failure=Failure("wrong at the tail", hint="N % 16 is left out"))
    session.tell(Record(made, wrong, "d", "x86", "ci", "screen", {}, "gcc", "1", 0.0))
    with pytest.raises(UserError, match="--resume"):
        session.ask((), 4, Budget())
    again = (tmp_path / "work" / "silu-repair-0-1.prompt.md").read_text()
    assert "N % 16 is left out" in again
    assert CODE % 1 in again


def test_an_empty_answer_ends_the_attempt(brief: Brief, tmp_path: Path) -> None:
    (tmp_path / "silu-sample-0-0.answer.md").write_text("\n")
    assert Manual(folder=str(tmp_path), way="sample").begin(brief).ask((), 1, Budget()) == []


def test_it_can_wait_for_an_answer(brief: Brief, tmp_path: Path) -> None:
    def answer() -> None:
        while not (tmp_path / "silu-sample-0-0.prompt.md").exists():
            time.sleep(0.01)
        (tmp_path / "silu-sample-0-0.answer.md").write_text(CODE % 2)

    thread = threading.Thread(target=answer)
    thread.start()
    (made,) = Manual(folder=str(tmp_path), way="sample", wait=10.0).begin(brief).ask((), 1, Budget())
    thread.join()
    assert made.source.strip() == CODE % 2


def test_a_run_that_goes_on_reads_its_transcript_first(brief: Brief, tmp_path: Path) -> None:
    brief = replace(brief, folder=str(tmp_path / "run"))
    (tmp_path / "silu-repair-0-0.answer.md").write_text(CODE % 1)
    author = Manual(folder=str(tmp_path))
    (first,) = author.begin(brief).ask((), 1, Budget())
    (tmp_path / "silu-repair-0-0.answer.md").unlink()
    session = author.begin(replace(brief, resumed=True))
    session.tell(Record(first, Verdict(Status.COMPILE_ERROR), "d", "x86", "ci", "screen", {}, "gcc", "1", 0.0))
    with pytest.raises(UserError, match=r"silu-repair-0-1\.prompt\.md"):
        session.ask((), 1, Budget())
