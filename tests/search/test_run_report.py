"""A report is one file that needs nothing else, and says what the archive says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from doubles import Climber, FakeJudge, candidate

from kernelmill.archive.store import Archive
from kernelmill.authors.scripted import Scripted
from kernelmill.core.errors import UserError
from kernelmill.search.bench import bench
from kernelmill.search.optimize import Request, optimize
from kernelmill.serve.report import write_report
from kernelmill.serve.report.plots import intervals
from kernelmill.serve.report.svg import Axis
from kernelmill.tasks import get

REQUEST = Request("activation/relu", "null", "ci", budget="30evals")


class Balanced(HTMLParser):
    """Fails on a tag that is not closed, and collects text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(path: Path) -> tuple[str, str]:
    text = path.read_text()
    page = Balanced()
    page.feed(text)
    assert not page.open
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
    return text, " ".join(" ".join(page.text).split())


def test_the_report_of_a_run(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        result = optimize(REQUEST, archive, opener=FakeJudge, author=Climber())
        write_report(archive, result["run"], tmp_path / "report.html")
        head = archive.head()[1]
    text, words = read(tmp_path / "report.html")
    assert not re.search(r'(src|href)="|url\(|@import|<script', text), "it must need nothing else"
    assert f"{result['speedup']['eager']['median']:.2f}x" in words
    assert result["record"] in words
    assert head in words
    assert result["source"] in words
    assert "A/A: kernel over itself" in words
    assert text.count('class="fail"') == result["statuses"]["WRONG_VALUE"]
    assert text.count("mark kernel dim") == result["statuses"]["CORRECT"]
    assert len(text) < 200_000


def test_a_source_cannot_break_out_of_its_page(tmp_path: Path) -> None:
    task = get("activation/relu")
    evil = candidate(task, "speed=2.0 </pre><script>alert(1)</script>")
    with Archive(tmp_path / "a.db") as archive:
        result = optimize(REQUEST, archive, opener=FakeJudge, author=Scripted(candidates=(evil,)))
        write_report(archive, result["run"], tmp_path / "report.html")
    text, words = read(tmp_path / "report.html")
    assert "<script" not in text
    assert "</pre><script>alert(1)</script>" in words


def test_the_report_of_a_failure_says_why(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=(candidate(get("activation/relu"), "WRONG_VALUE"),))
        result = optimize(REQUEST, archive, opener=FakeJudge, author=author)
        write_report(archive, result["run"], tmp_path / "report.html")
    assert "read the source" in read(tmp_path / "report.html")[1]


def test_the_report_of_a_bench(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        found = bench("softmax/*", Request("", "null", "ci", budget="4evals"), archive, opener=FakeJudge, author=Climber())
        write_report(archive, found["run"], tmp_path / "bench.html")
    words = read(tmp_path / "bench.html")[1]
    assert all(r["task"] in words for r in found["rows"])


def test_a_run_without_records_is_a_bad_request(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        run = archive.begin_run("optimize", {"task": "activation/relu"})
        with pytest.raises(UserError, match="no record yet"):
            write_report(archive, run.id, tmp_path / "report.html")


@pytest.mark.parametrize(
    ("axis", "want"), [(Axis(0, 10, 0, 1), [0, 2, 4, 6, 8, 10]), (Axis(0.5, 20, 0, 1, log=True), [0.5, 1, 2, 5, 10, 20])]
)
def test_ticks_are_round_numbers(axis: Axis, want: list[Any]) -> None:
    assert axis.ticks() == pytest.approx(want)


def test_an_interval_without_an_end_is_drawn() -> None:
    drawn = intervals([("over eager", 1.2, 0.0, float("inf"), "kernel"), ("over naive", 4.0, 3.0, 5.0, "kernel")], "title")
    assert "inf" not in re.sub(r"<title>.*?</title>", "", drawn)
    ElementTree.fromstring(drawn)
