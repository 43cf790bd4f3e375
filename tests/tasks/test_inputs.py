"""Draws: reproducible, in the range they state, each tensor from a stream of its own."""

from __future__ import annotations

import pytest
import torch

from kernelmill.core.task import Draw, Family, Numerics, Reference, Task
from kernelmill.core.workload import Workload
from kernelmill.tasks import get, signature
from kernelmill.tasks.inputs import draw, make_inputs

SHAPE = (64, 129)


def one(rule: Draw, dtype: str = "f32", seed: int = 1) -> torch.Tensor:
    return draw(rule, SHAPE, dtype, {"C": 7}, seed)


def test_equal_workloads_give_equal_bits() -> None:
    task = get("fused/matmul_bias_gelu")
    work = Workload(task.name, tuple(task.sizes("ci").items()), "wide", 5)
    first, second = make_inputs(task, work), make_inputs(task, work)
    other = make_inputs(task, Workload(work.task, work.axes, "wide", 6))
    for name, value in first.items():
        assert torch.equal(value, second[name])
        assert not torch.equal(value, other[name])
        assert value.is_contiguous()


def test_a_tensor_keeps_its_data_when_another_is_added() -> None:
    small, large = make(signature.parse("x[N] -> y[N]")), make(signature.parse("w[N], x[N] -> y[N]"))
    assert torch.equal(small["x"], large["x"])
    assert not torch.equal(large["x"], large["w"])


def make(tensors: tuple) -> dict[str, torch.Tensor]:  # type: ignore[type-arg]
    family = Family("normal", tuple((t.name, Draw("normal")) for t in tensors if t.role != "out"))
    task = Task("test/op", ("N",), tensors, Reference("", "f"), "N", {"ci": {"N": 9}}, (family,), numerics=Numerics("exact"))
    return make_inputs(task, Workload("test/op", (("N", 9),), "normal", 1))


@pytest.mark.parametrize("dtype", ["f32", "f64", "bf16"])
def test_uniform_and_normal(dtype: str) -> None:
    u, n = one(Draw("uniform", -2.0, 3.0), dtype).double(), one(Draw("normal", 5.0, 2.0), dtype).double()
    assert -2 <= float(u.min()) < -1.9
    assert 2.9 < float(u.max()) <= 3
    assert abs(float(n.mean()) - 5) < 0.1
    assert abs(float(n.std()) - 2) < 0.1


def test_loguniform_spans_its_range_with_both_signs() -> None:
    v = one(Draw("loguniform", 1e-4, 1e4))
    assert float(v.abs().min()) < 1e-3
    assert float(v.abs().max()) > 1e3
    assert 0.4 < float((v < 0).float().mean()) < 0.6
    assert float(one(Draw("loguniform", 1e-4, 1e4, signed=False)).min()) > 0


def test_odd_integers_fill_13_bits() -> None:
    v = one(Draw("odd", 8191)).long()
    assert (v % 2).abs().all()
    assert int(v.abs().max()) <= 8191
    assert int(v.abs().max()) > 8000
    assert int(v.min()) < 0 < int(v.max())


@pytest.mark.parametrize("axis", [-1, -2, 0, 1])
def test_sparse_lines(axis: int) -> None:
    v = one(Draw("sparse", 0, 8, axis=axis))
    counts = (v != 0).sum(axis)
    assert int(counts.max()) <= 8
    assert int(counts.min()) >= 1
    assert set(v.unique().tolist()) == {-1.0, 0.0, 1.0}


def test_the_rest() -> None:
    assert set(one(Draw("integers", -2, 2)).unique().tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    index = one(Draw("index", 0, "C"), "i64")
    assert index.dtype == torch.int64
    assert set(index.unique().tolist()) == set(range(7))
    assert one(Draw("constant", 3.0)).eq(3).all()
    assert abs(float(one(Draw("bool", 0.25), "bool").float().mean()) - 0.25) < 0.05
    spikes = one(Draw("outliers", 0.01, 1e4)).abs()
    assert 0.002 < float((spikes > 100).float().mean()) < 0.02


@pytest.mark.parametrize("kind", ["normal", "uniform", "sparse", "odd", "index"])
def test_empty_tensors(kind: str) -> None:
    assert draw(Draw(kind, 1, 5), (0, 3), "f32", {}, 1).shape == (0, 3)  # type: ignore[arg-type]
