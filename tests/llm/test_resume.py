"""A run that is cut off goes on: what was asked is not asked again, and what was spent stays spent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fake_endpoint import endpoint

pytest.importorskip("pydantic_ai", reason="extra 'llm' is not installed")

from kernelmill.archive.store import Archive
from kernelmill.authors.llm.transcript import read
from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Failure, Status, Verdict
from kernelmill.search.optimize import Request, optimize


class Killed(BaseException):
    """The process ends here."""


class Judge:
    """Finds every candidate wrong that does not say `right`; the process is killed at screen number `dies_at`."""

    version = "double"

    def __init__(self, dies_at: int = 1000) -> None:
        self.dies_at = dies_at
        self.screened: list[str] = []

    def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
        if len(self.screened) + 1 == self.dies_at:
            raise Killed
        self.screened.append(candidate.source)
        return self.verdict(candidate, ())

    def verdict(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        wrong = Verdict(Status.WRONG_VALUE, "wrong", Failure("wrong", hint="the tail"))
        return Verdict(Status.CORRECT) if "right" in candidate.source else wrong

    confirm = verdict

    def close(self) -> None:
        pass


def reply(text: str) -> str:
    return f"```cpp\nvoid km_silu() {{ /* {text} */ }}\n```"


def request(url: str, way: str, budget: str = "100000tokens,1usd") -> Request:
    author = f'llm{{model=fake,base_url="{url}",way={way},samples=2,repairs=2,concurrency=1,price="1,1",prompt=small}}'
    return Request("activation/silu", "null", "ci", author=author, budget=budget)


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_nothing_is_asked_or_paid_twice(tmp_path: Path, dies_at: int) -> None:
    replies = [reply(t) for t in ("a", "b", "a mended", "b mended", "a right", "b right")]
    with endpoint(*replies, "no more") as (url, fake), Archive(tmp_path / "a.db") as archive:
        first = Judge(dies_at)
        with pytest.raises(Killed):
            optimize(request(url, "repair"), archive, opener=lambda *_: first)
        asked = len(fake.requests)
        assert 0 < asked < 6
        second = Judge()
        found = optimize(request(url, "repair"), archive, resume="last", opener=lambda *_: second)
        assert len(fake.requests) == 6
        (transcript,) = (tmp_path / "transcripts").glob("*/silu.jsonl")
    assert transcript.parent.name == found["run"]
    exchanges = read(transcript)
    assert len({e.key for e in exchanges}) == len(exchanges) == 6
    assert found["status"] == "CORRECT"
    assert len(set(first.screened + second.screened)) == len(first.screened + second.screened) == 6
    spent = sum(e.input_tokens + e.output_tokens for e in exchanges)
    assert found["budget"]["tokens"]["used"] == spent
    assert found["cost"]["exchanges"] == 6
    assert found["budget"]["money"]["used"] == pytest.approx(sum(e.dollars for e in exchanges)) != 0


def test_a_limit_that_was_reached_stays_reached(tmp_path: Path) -> None:
    with endpoint(reply("a"), ("drip", "word " * 3000)) as (url, fake), Archive(tmp_path / "a.db") as archive:
        with pytest.raises(Killed):
            optimize(request(url, "sample", "700tokens"), archive, opener=lambda *_: Judge(2))
        asked = len(fake.requests)
        found = optimize(request(url, "sample"), archive, resume="last", opener=lambda *_: Judge())
        assert len(fake.requests) == asked
    assert found["budget"]["tokens"]["used"] >= 700
    assert found["evaluations"] >= 1


def test_a_line_that_the_killed_process_did_not_finish_is_dropped(tmp_path: Path) -> None:
    with endpoint(reply("a"), reply("b"), reply("c right")) as (url, _), Archive(tmp_path / "a.db") as archive:
        with pytest.raises(Killed):
            optimize(request(url, "sample"), archive, opener=lambda *_: Judge(1))
        (transcript,) = (tmp_path / "transcripts").glob("*/silu.jsonl")
        whole = transcript.read_text()
        transcript.write_text(whole[:-40])
        optimize(request(url, "sample"), archive, resume="last", opener=lambda *_: Judge())
        assert [e.key.split("/")[-2] for e in read(transcript)] == ["0", "1"]


def test_what_a_model_was_paid_for_is_judged_when_the_seconds_are_over(tmp_path: Path) -> None:
    judge = Judge()
    with endpoint(reply("right"), ("drip", "word " * 4000)) as (url, _), Archive(tmp_path / "a.db") as archive:
        found = optimize(request(url, "sample", "1s"), archive, opener=lambda *_: judge)
    assert found["status"] == "CORRECT"
    assert found["evaluations"] == 2, "the whole answer, and the one that was cut"
    assert found["cost"]["faults"] == {"budget": 1}
