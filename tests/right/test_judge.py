"""The judge as the search sees it: screen, verdict, confirmation, and what it refuses."""

from __future__ import annotations

import json

import pytest
from judged import candidate
from refusals import refusal

from kernelmill import tasks
from kernelmill.core.errors import UserError
from kernelmill.core.verdict import Status, Verdict
from kernelmill.judge.decision import Protocol
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.judge import Judge, open_judge
from kernelmill.platforms.x86 import X86


def judge(name: str, level: int | None = None) -> Judge:
    made = open_judge(tasks.get(name), X86(threads=1), "ci", level=level, seed=11)
    made.protocol = Protocol(looks=Looks(sizes=(2,), patience=2))
    return made


def test_a_verdict_has_its_evidence_and_survives_json() -> None:
    v = judge("softmax").verdict(candidate("softmax"), ("naive",))
    assert v.status in (Status.CORRECT, Status.FASTER), v.reason
    assert v.evidence["cases"] >= 12
    assert {"level", "seed", "judge", "toolchain", "families", "seconds"} <= set(v.evidence)
    assert Verdict.from_json(json.loads(json.dumps(v.to_json()))).status is v.status


def test_a_screen_names_no_winner() -> None:
    j = judge("softmax")
    assert j.screen(candidate("softmax"), None).status is Status.CORRECT
    wrong = j.screen(candidate("softmax", 1), candidate("softmax"))
    assert wrong.status is Status.WRONG_VALUE
    assert wrong.failure and wrong.failure.detail
    assert not wrong.speedup


def test_limits_alone_verify_nobody() -> None:
    assert judge("softmax", level=1).screen(candidate("softmax"), None).status is Status.UNVERIFIED


def test_requires_that_exclude_the_profile_are_refused() -> None:
    from dataclasses import replace

    v = judge("softmax").verdict(replace(candidate("softmax"), requires=("M % 16 == 0",)), ())
    assert v.status is Status.REFUSED
    assert "M % 16 == 0" in v.reason


def test_an_unknown_baseline_is_a_bad_request() -> None:
    with pytest.raises(UserError, match="baseline"):
        judge("softmax").verdict(candidate("softmax"), ("fastest",))


def test_no_time_for_a_wrong_kernel() -> None:
    v = judge("relu").verdict(refusal("zeros", "/nowhere"), ("naive",))
    assert v.status is Status.WRONG_VALUE
    assert v.measurement is None
