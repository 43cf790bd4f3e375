"""The small parts: signatures, constants, formulas from sizes, the registry and its outsiders, references as candidates."""

from __future__ import annotations

import types
from importlib.metadata import EntryPoint
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task, Tensor
from kernelmill.core.workload import Workload
from kernelmill.tasks import find, get, names, registry, signature
from kernelmill.tasks.constants import constants, override
from kernelmill.tasks.fitting import corners, fit
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, eager_candidate
from kernelmill.tasks.suite import Suite

NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda n: n not in ("inout", "weight"))
DIM = st.one_of(st.integers(1, 9), st.sampled_from(["N", "2*M", "cdiv(N, 4)", "H + 2"]))
TENSOR = st.builds(
    Tensor,
    name=NAME,
    shape=st.lists(DIM, max_size=4).map(tuple),
    role=st.sampled_from(["in", "inout", "out"]),
    dtype=st.sampled_from(sorted(DTYPES)),
)


@given(st.lists(TENSOR, max_size=5))
def test_signatures_read_back(tensors: list[Tensor]) -> None:
    ordered = tuple(sorted(tensors, key=lambda t: ("in", "inout", "out").index(t.role)))
    assert signature.parse(signature.show(ordered)) == ordered


@pytest.mark.parametrize("text", ["x[N]", "x[N] -> y", "x[N -> y[N]", "x[N], -> inout y[N]", "x[N*] -> y[N]", "-> y[N"])
def test_bad_signatures(text: str) -> None:
    with pytest.raises(UserError):
        signature.parse(text)


SOURCE = """batch_size = 128
a, b = 3, -4  # two at once
wide = 2 * batch_size + a // 2
rate: float = 0.5
shape = (
    batch_size,
    7,
)
name = "é"; after = 1
model = object()
"""


def test_constants_are_read_without_running() -> None:
    assert constants(SOURCE) == {
        "batch_size": 128, "a": 3, "b": -4, "wide": 257, "rate": 0.5, "name": "é", "after": 1,
    }  # fmt: skip


def test_constants_are_replaced_in_their_lines() -> None:
    new = override(SOURCE, {"batch_size": 16, "b": 9, "after": 2, "shape": 5})
    space: dict[str, Any] = {}
    exec(new, space)
    assert (space["batch_size"], space["a"], space["b"], space["wide"], space["after"], space["shape"]) == (16, 3, 9, 33, 2, 5)
    assert len(new.splitlines()) == len(SOURCE.splitlines())
    assert "# two at once" in new
    with pytest.raises(UserError, match="unknown constant"):
        override(SOURCE, {"batch": 1})


@given(st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(-50, 50), max_size=5), st.integers(1, 4))
def test_polynomials_are_found(terms: dict[tuple[int, int], int], step: int) -> None:
    grid = {"A": tuple(5 + step * i for i in range(3)), "B": (2, 4, 6)}

    def value(a: int, b: int) -> int:
        return sum(c * a**i * b**j for (i, j), c in terms.items())

    text = fit(grid, {at: value(*at) for at in corners(grid)}, ({"A": 91, "B": 37}, value(91, 37)))
    assert text is not None
    assert formula.evaluate(text, {"A": 123, "B": 45}) == value(123, 45)


def test_what_is_no_polynomial_is_not_fitted() -> None:
    assert fit({"A": (1, 2, 3)}, {(1,): 1, (2,): 2, (3,): 4}, ({"A": 6}, 32)) is None


def test_lookup() -> None:
    assert get("normalization/layer_norm") is get("layer_norm")
    assert [t.name for t in find("loss")] == ["loss/mse", "loss/cross_entropy", "loss/huber", "loss/kl_div"]
    assert [t.name for t in find("fused/*norm,scan")] == ["fused/residual_rms_norm", "fused/add_layer_norm", "scan/cumsum"]
    assert len(names("native")) == len(find("native")) == 47
    with pytest.raises(UserError, match="did you mean 'activation/relu'"):
        get("activation/rleu")
    with pytest.raises(UserError, match="unknown task"):
        find("nothing/*")
    with pytest.raises(UserError, match="unknown suite"):
        names("nativ")


class Extra(Suite):
    """A suite of someone else."""

    name = "extra"

    def tasks(self) -> tuple[Task, ...]:
        return (task_named("extra/op"),)


class Clash(Suite):
    """A suite that claims a name of ours."""

    name = "clash"

    def tasks(self) -> tuple[Task, ...]:
        return (task_named("activation/relu"),)


def task_named(name: str) -> Task:
    from dataclasses import replace

    return replace(get("activation/relu"), name=name)


def outsider(monkeypatch: pytest.MonkeyPatch, name: str, cls: str) -> None:
    point = EntryPoint(name, f"{__name__}:{cls}", "kernelmill.tasks")
    monkeypatch.setattr("kernelmill.core.registry.entry_points", lambda group: [point] if group == "kernelmill.tasks" else [])


def test_suites_of_others_come_through_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = get("activation/relu")
    monkeypatch.setattr(registry, "_table", registry._table.__wrapped__)
    monkeypatch.setitem(globals(), "get", lambda _: relu)
    outsider(monkeypatch, "extra", "Extra")
    assert names("extra") == ["extra/op"]
    assert names()[0] == "activation/relu"
    outsider(monkeypatch, "clash", "Clash")
    with pytest.raises(UserError, match="two suites claim the task 'activation/relu': native and clash"):
        names()


@pytest.mark.parametrize("name", ["activation/gelu", "optimizer/adam", "optimizer/sgd_momentum", "blas1/axpy", "fused/residual_rms_norm"])
def test_eager_candidate_computes_the_reference(name: str) -> None:
    """Run as the torch platform runs it: a function of the entry's name over inputs, in-outs (private copies) and scalars."""
    task = get(name)
    inputs = make_inputs(task, Workload(name, tuple(task.sizes("ci").items()), "normal", 1, "f64"))
    right = bind(task)(inputs)
    candidate = eager_candidate(task)
    assert candidate.trusted
    space = types.ModuleType("candidate")
    exec(candidate.source, space.__dict__)
    got = getattr(space, candidate.entry)(*(v.clone() for v in inputs.values()), **{s.name: s.value for s in task.scalars})
    for y, r in zip(got if isinstance(got, tuple) else (got,), right, strict=True):
        torch.testing.assert_close(y, r, rtol=1e-12, atol=1e-14)
    assert bind(task)(list(inputs.values()))[0].equal(right[0]), "inputs may be given in order"
