"""The rates that the rule of a decision promises, on simulated restarts; drift; the batch of each cache mode."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernelmill.core.task import Draw
from kernelmill.judge.decision_statistics import Looks, fades, look, trend
from kernelmill.judge.decision_subject import Agreement, Batch, Subject, sets_per_batch
from kernelmill.judge.process import Buffer

RULE = Looks()


def rate(ratio: float, spread: float, runs: int, seed: int, tails: float = 0.0) -> float:
    """Share of decisions that say `faster`, restarts being lognormal, a few of them far off."""
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(runs):
        logs = math.log(ratio) + spread * rng.standard_normal(RULE.sizes[-1])
        logs = np.where(rng.random(logs.size) < tails, logs + 4 * spread * rng.standard_normal(logs.size), logs)
        said = next((s for n in RULE.sizes if (s := look(list(logs[:n]), RULE))), None)
        found += said == "faster"
    return found / runs


@pytest.mark.parametrize("spread", [0.01, 0.07])
def test_stopping_early_keeps_the_stated_error_rate(spread: float) -> None:
    """At the worst truth that is no gain, a ratio of exactly the margin, all six looks together stay under their sum."""
    assert math.isclose(RULE.error_rate, 0.009)
    runs = 3000
    allowed = RULE.error_rate + 3 * math.sqrt(RULE.error_rate / runs)
    assert rate(RULE.margin, spread, runs, 1) < allowed
    assert rate(RULE.margin, spread, runs, 2, tails=0.1) < allowed
    assert rate(1.0, spread, runs, 3) <= rate(RULE.margin, spread, runs, 1)


def test_a_true_gain_is_found() -> None:
    assert rate(1.10, 0.03, 300, 4) > 0.95
    assert rate(1.05, 0.015, 300, 5) > 0.9


@given(st.permutations(range(12)))
def test_a_trend_has_no_direction_and_no_scale(order: list[int]) -> None:
    values = [float(v) for v in order]
    assert math.isclose(trend(values), trend([-3 * v for v in values]))
    assert trend(sorted(values)) < 0.001
    assert trend(values[:3]) == 1.0


def test_a_candidate_that_is_slower_by_far_needs_three_restarts_and_no_other_ends_there() -> None:
    assert look([-1.0, -0.8, -0.9], RULE) == "slower"
    assert look([-1.0, -0.8, -0.2], RULE) is None, "one restart says otherwise"
    assert look([-1.0, -0.8], RULE) is None
    assert look([1.0, 1.0, 1.0], RULE) is None, "nothing is won early"
    assert look([-1.0, -0.8, -0.9], Looks(sizes=(2,))) is None, "a shorter race has its own looks"


def test_a_gain_that_fades_is_doubted_and_a_steady_one_is_not() -> None:
    rng = np.random.default_rng(6)
    fading = [0.2 - 0.04 * i for i in range(10)]
    assert fades(fading, RULE.margin)
    assert fades(fading[::-1], RULE.margin)
    steady = [(0.1 + 0.02 * rng.standard_normal(10)).tolist() for _ in range(500)]
    assert not any(fades(s, RULE.margin) for s in steady)
    rising = [0.05 + 0.02 * i for i in range(10)]
    assert not fades(rising, RULE.margin), "it drifts, but there is a gain throughout"


def subject(count: int) -> Subject:
    return Subject((Buffer("f32", (count,)), Buffer("f32", (count,), "out")), (count,), (Draw("normal"), None), (None, Agreement()))


def test_a_warm_batch_fits_the_cache_and_a_cold_one_does_not() -> None:
    megabyte = subject(1 << 17)
    warm, cold = Batch(cache="warm", warm_bytes=16 << 20), Batch()
    assert sets_per_batch(megabyte, [1e-5], 2, cold) == 170, "256 MB with two arms"
    assert sets_per_batch(megabyte, [2e-4], 2, cold) == 64
    assert sets_per_batch(megabyte, [1e-5], 2, warm) == 16
    assert sets_per_batch(megabyte, [1e-3], 2, warm) == 2
    assert sets_per_batch(subject(1 << 23), [1e-3], 2, warm) == 1, "larger than the cache: one set"
