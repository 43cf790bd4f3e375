"""Exemplars are kernels like any other: every one of them passes the real judge, and every category has one on every platform."""

from __future__ import annotations

import pytest

from kernelmill.authors.llm.exemplars import exemplar, shipped
from kernelmill.authors.llm.prompt import LANGUAGES
from kernelmill.core.candidate import Candidate
from kernelmill.judge.judge import open_judge
from kernelmill.platforms import PLATFORMS
from kernelmill.tasks import find, get

SPECS = {"x86": "x86", "torch": "torch", "cuda": "cuda{device=cpu}"}
EVERY = [(platform, task) for platform in SPECS for task in shipped(platform)]
SAMPLE = (("x86", "softmax/softmax"), ("x86", "loss/huber"), ("torch", "fused/residual_rms_norm"))


def judged(platform: str, task: str) -> str:
    made = PLATFORMS.make(SPECS[platform])
    if not made.state().ok:
        pytest.skip(f"{platform} does not work here: {made.state().reason}")
    loaded = get(task)
    source = shipped(platform)[task] + "\n"
    candidate = Candidate(task, made.name, ((f"kernel{LANGUAGES[platform][2]}", source),), loaded.entry)
    judge = open_judge(loaded, made, "ci")
    try:
        verdict = judge.verdict(candidate, ())
    finally:
        judge.close()
    return f"{verdict.status}" if verdict.status.passed else f"{verdict.status}: {verdict.failure}"


@pytest.mark.parametrize(("platform", "task"), SAMPLE)
def test_some_exemplars_are_correct(platform: str, task: str) -> None:
    assert judged(platform, task) in ("CORRECT", "FASTER")


@pytest.mark.soak
@pytest.mark.parametrize(("platform", "task"), EVERY)
def test_every_exemplar_is_correct(platform: str, task: str) -> None:
    assert judged(platform, task) in ("CORRECT", "FASTER")


@pytest.mark.parametrize("platform", SPECS)
def test_every_category_has_one_on_every_platform(platform: str) -> None:
    assert {t.category for t in find("*")} <= {name.partition("/")[0] for name in shipped(platform)}


@pytest.mark.parametrize("platform", SPECS)
def test_a_task_is_never_shown_its_own_solution(platform: str) -> None:
    for task in find("*"):
        shown = exemplar(task, SPECS[platform])
        assert shown
        assert f"{task.entry}(" not in shown
