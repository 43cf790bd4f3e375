"""The comparison: bounds, exceptions, whole numbers, indices, discontinuities."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Family, Numerics, Reference, Task, Tensor
from kernelmill.core.workload import Workload
from kernelmill.judge.right import bound
from kernelmill.judge.right.compare import compare, decode
from kernelmill.judge.right.expected import Expected
from kernelmill.judge.right.oracle import Oracle, removed_axis

F32 = DTYPES["f32"]
Y = Tensor("y", ("N",), "out")


def close(value: list[float], allowed: float, **more: object) -> Expected:
    array = np.array(value, dtype=np.float64)
    return Expected(Y, "close", array, np.full(array.shape, allowed), **more)  # type: ignore[arg-type]


def f32(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


@settings(max_examples=200, deadline=None)
@given(st.floats(-(2.0**127), 2.0**127, width=32))
def test_ulp_is_the_spacing_of_floats(x: float) -> None:
    assert bound.ulp(np.array([x]), F32)[0] == np.spacing(np.abs(np.float32(x)))


@pytest.mark.parametrize("name", ["f64", "f32", "f16", "bf16"])
def test_ulp_of_every_type(name: str) -> None:
    kind = DTYPES[name]
    assert bound.ulp(np.array([1.0]), kind)[0] == 2 * kind.unit_roundoff
    assert bound.ulp(np.array([1.999]), kind)[0] == 2 * kind.unit_roundoff
    assert bound.ulp(np.array([2.0]), kind)[0] == 4 * kind.unit_roundoff
    assert bound.ulp(np.array([0.0]), kind)[0] == 2 * kind.unit_roundoff * kind.smallest_normal


def test_within_and_beyond_the_bound() -> None:
    e = close([1.0, 2.0, 3.0], 0.25)
    assert compare(f32(1.25, 2.0, 2.75), e).right
    found = compare(f32(1.0, 2.0, 3.5), e)
    assert (found.count, found.worst, found.used) == (1, (2,), 2.0)
    assert found.values == {"got": 3.5, "want": 3.0, "allowed": 0.25}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_is_no_wildcard(bad: float) -> None:
    found = compare(f32(1.0, bad, 3.0), close([1.0, 2.0, 3.0], 1e30))
    assert found.count == 1
    assert found.worst == (1,)


def test_nan_and_infinity_must_stand_where_they_belong() -> None:
    special = np.array([True, True, True, False])
    e = close([math.nan, math.inf, -math.inf, 1.0], 0.1, special=special)
    assert compare(f32(math.nan, math.inf, -math.inf, 1.0), e).right
    for wrong in [(1.0, math.inf, -math.inf, 1.0), (math.nan, -math.inf, -math.inf, 1.0), (math.nan, math.inf, 3e38, 1.0)]:
        assert compare(f32(*wrong), e).count == 1


def test_what_overflows_in_the_working_precision_only_is_left_out() -> None:
    e = close([1e39, 1.0], 0.1, left_out=np.array([True, False]))
    assert compare(f32(math.inf, 1.0), e).right
    assert compare(f32(12.0, 1.0), e).right
    assert not compare(f32(math.inf, 2.0), e).right


def test_what_was_not_written_is_wrong_whatever_it_holds() -> None:
    e = close([math.nan, 1.0], 0.1, special=np.array([True, False]))
    assert compare(f32(math.nan, 1.0), e).right
    assert compare(f32(math.nan, 1.0), e, np.array([True, False])).count == 1


def test_whole_numbers_are_equal_after_rounding() -> None:
    e = Expected(Y, "whole", np.array([7.0, -3.0]))
    assert compare(f32(7.2, -3.0), e).right
    assert compare(f32(8.0, -3.0), e).count == 1


def test_bools_are_not_any_number() -> None:
    e = Expected(Tensor("y", ("N",), "out", "bool"), "equal", np.array([0, 1, 1], dtype=np.uint8))
    assert compare(np.array([0, 1, 1], dtype=np.uint8), e).right
    assert compare(np.array([0, 2, 1], dtype=np.uint8), e).count == 1


def test_negative_zero_is_zero() -> None:
    assert compare(f32(-0.0), Expected(Y, "equal", np.array([0.0]))).right


@pytest.mark.parametrize(("index", "wrong"), [([1, 0], 0), ([2, 0], 0), ([0, 0], 1), ([3, 0], 1), ([-1, 0], 1), ([1, 2], 1)])
def test_an_index_is_judged_by_the_value_there(index: list[int], wrong: int) -> None:
    source = np.array([[1.0, 5.0, 5.0], [9.0, 2.0, 3.0]])
    e = Expected(Tensor("y", ("N",), "out", "i64"), "index", np.array([1, 0]), np.zeros(2), choices=source, axis=1)
    assert compare(np.array(index), e).count == wrong


def test_few_flips_are_forgiven_and_counted() -> None:
    n = 5000
    value = np.zeros(n)
    other = np.zeros(n)
    other[:100] = 1.0
    e = Expected(Y, "close", value, np.full(n, 1e-6), flips=lambda: [other])
    got = np.zeros(n, dtype=np.float32)
    got[:4] = 1.0
    found = compare(got, e)
    assert (found.right, found.flipped) == (True, 4)
    got[:50] = 1.0
    assert compare(got, e).count == 50
    got[:] = 0
    got[200] = 1.0
    assert compare(got, e).count == 1


def test_large_arrays_are_compared_in_chunks() -> None:
    value = np.arange(200_000, dtype=np.float64)
    got = value.astype(np.float32)
    got[150_001] += 1
    found = compare(got, Expected(Y, "close", value, np.full(value.shape, 0.5)))
    assert (found.count, found.worst) == (1, (150_001,))


def test_narrow_floats_are_decoded() -> None:
    t = torch.tensor([1.5, -2.0, 0.0, 3.140625])
    raw = t.bfloat16().view(torch.uint16).numpy()
    assert decode(raw, "bf16", (4,)).tolist() == t.bfloat16().float().tolist()
    assert decode(t.half().numpy(), "f16", (4,)).tolist() == t.half().tolist()
    eight = t.to(torch.float8_e4m3fn)
    assert decode(eight.view(torch.uint8).numpy(), "f8e4m3", (2, 2)).reshape(-1).tolist() == eight.float().tolist()


def test_the_axis_that_an_index_runs_over() -> None:
    x = Tensor("x", ("B", "M", "N"))
    assert removed_axis(x, Tensor("i", ("B", "N"), "out", "i64")) == 1
    assert removed_axis(x, Tensor("i", ("B", "M", 1), "out", "i64")) == 2
    assert removed_axis(x, Tensor("i", (), "out", "i64")) is None


def made(source: str, tensors: tuple[Tensor, ...], draw: Draw, numerics: Numerics) -> Task:
    family = Family("f", tuple((t.name, draw) for t in tensors if t.role == "in"))
    return Task("test/f", ("N",), tensors, Reference(source, "f"), "N", {"ci": {"N": 64}}, (family,), numerics=numerics)


def expect(task: Task, *inputs: torch.Tensor, f) -> list[Expected]:
    work = Workload(task.name, (("N", inputs[0].shape[0]),), "f", 1)
    return Oracle(task, lambda tensors: (f(*tensors),)).expect(work, list(inputs))


def test_a_discontinuity_of_the_reference_is_found() -> None:
    task = made("", (Tensor("x", ("N",)), Tensor("y", ("N",), "out")), Draw("normal"), Numerics("pointwise", depth=1))
    x = torch.rand(4096) + 0.5
    x[7] = 1.0 + 2.0**-23  # one ulp above the step
    (e,) = expect(task, x, f=lambda x: torch.where(x > 1.0, x * 10, x))
    right = torch.where(x > 1.0, x * 10, x).numpy()
    assert compare(right, e).right
    other = right.copy()
    other[7] = x[7]
    assert compare(other, e).flipped == 1
    other[8] = other[8] * 3
    assert compare(other, e).count == 1


def test_sixteen_bit_outputs_may_be_off_by_half_an_ulp_more() -> None:
    out = Tensor("y", ("N",), "out", "bf16")
    task = made("", (Tensor("x", ("N",)), out), Draw("normal"), Numerics("pointwise", depth=1))
    x = torch.randn(1000)
    (e,) = expect(task, x, f=lambda x: x * 1.1 if x.dtype == torch.float64 else (x * 1.1).bfloat16())
    rounded = (x * 1.1).bfloat16()
    assert compare(rounded.float().numpy(), e).right
    assert not compare((rounded.float() * (1 + 2.0**-8)).numpy(), e).right


def test_a_bound_that_torch_itself_breaks_is_widened_and_noted() -> None:
    task = made("", (Tensor("x", ("N",)), Tensor("y", ("N",), "out")), Draw("normal"), Numerics("pointwise", depth=1))
    (e,) = expect(task, torch.rand(64), f=lambda x: (x + 1e4) - 1e4)
    assert e.notes == ("widened",)


def test_a_family_that_overflows_decides_nothing() -> None:
    task = made("", (Tensor("x", ("N",)), Tensor("y", ("N",), "out")), Draw("normal"), Numerics("pointwise", depth=1))
    (e,) = expect(task, torch.full((64,), 3e38), f=lambda x: x * 2)
    assert "overflow" in e.unfit
