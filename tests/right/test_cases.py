"""The plan: every family and kind of shape, within constraints, from a seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.judge.right import sizes
from kernelmill.judge.right.cases import SCALAR_SEEDS, plan

NAMES = tasks.names("native")


def candidate(task: Task, *requires: str) -> Candidate:
    return Candidate(task.name, "x86", (("k.c", ""),), task.entry, requires=requires)


@pytest.mark.parametrize("name", NAMES)
def test_every_family_meets_two_shapes_and_every_shape_a_family(name: str) -> None:
    task = tasks.get(name)
    cases = plan(task, None, "ci", 5)
    for family in task.families:
        assert len({c.workload.axes for c in cases if c.workload.family == family.name and c.kind not in ("own", "empty")}) >= 2
    assert {"tail", "prime", "long", "one", "odd", "own"} <= {c.kind for c in cases}
    assert sum(c.concurrent for c in cases) == 1
    own = [c for c in cases if c.kind == "own"]
    assert [c.workload.sizes for c in own] == [task.sizes("ci")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 2**62))
def test_every_size_is_legal_and_small(name: str, seed: int) -> None:
    task = tasks.get(name)
    cases = plan(task, None, "ci", seed)
    for c in cases:
        assert task.legal(c.workload.sizes)
        if c.kind not in ("own", "empty"):
            assert all(v > 0 for v in c.workload.sizes.values())
            assert task.bytes(c.workload.sizes) <= 8 * sizes.SMALL_BYTES  # snapping to constraints may enlarge what was shrunk
    assert cases == plan(task, None, "ci", seed)


def test_another_seed_is_another_plan() -> None:
    task = tasks.get("softmax/softmax")
    assert plan(task, None, "ci", 1) != plan(task, None, "ci", 2)


@pytest.mark.parametrize(
    ("requires", "shapes"),
    [
        (("M % 16 == 0",), 4),
        (("N >= 64", "M <= 2048"), 4),
        (("M == 1024",), 4),
        (("N == 2048", "M == 1024"), 1),
        (("(M + 1) % 5 == 0",), 4),
    ],
)
def test_requires_is_kept(requires: tuple[str, ...], shapes: int) -> None:
    task = tasks.get("softmax/softmax")
    base = {"N": 2048, "M": 1024}
    cases = plan(task, candidate(task, *requires), base, 3)
    assert all(candidate(task, *requires).allows(c.workload.sizes) for c in cases)
    assert len({c.workload.axes for c in cases}) >= shapes


def test_a_candidate_that_excludes_the_profile_is_a_bad_request() -> None:
    task = tasks.get("softmax/softmax")
    with pytest.raises(UserError, match="may not be called"):
        plan(task, candidate(task, "M % 16 == 0"), "ci", 1)


def test_frozen_axes_do_not_move() -> None:
    task = replace(tasks.get("softmax/softmax"), fixed=("M",))
    assert {c.workload.sizes["M"] for c in plan(task, None, "ci", 1)} == {1021}
    frozen = replace(task, fixed=("N", "M"))
    cases = plan(frozen, None, "ci", 1)
    assert {c.workload.family for c in cases} == {f.name for f in task.families}
    assert {c.kind for c in cases} == {"own"}


def test_single_numbers_get_more_seeds() -> None:
    assert len(plan(tasks.get("blas1/dot"), None, "ci", 1)) >= SCALAR_SEEDS


def test_a_size_of_zero_is_asked_where_nothing_is_to_be_written() -> None:
    for name in ("softmax/softmax", "matmul/square", "stencil/jacobi2d"):
        (empty,) = [c for c in plan(tasks.get(name), None, "ci", 4) if c.kind == "empty"]
        assert 0 in empty.workload.sizes.values()
    assert not [c for c in plan(tasks.get("loss/mse"), None, "ci", 4) if c.kind == "empty"]
