"""Every native task: sizes within the limits of their profile, references that run in f32 and f64, declared shapes, honest error rules."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import pytest
import torch

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import PROFILES, Task
from kernelmill.core.workload import Workload
from kernelmill.tasks import registry
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, bind_shadow

TASKS = registry.tasks("native")
IDS = [t.name for t in TASKS]
COMPUTE_BOUND = {"matmul/square", "matmul/tall_skinny", "matmul/large_k", "matmul/batched", "matmul/transposed_b", "fused/matmul_bias_gelu"}
MB = 1_000_000
Tensors = dict[str, torch.Tensor]


def workload(task: Task, family: str, dtype: str = "f32", profile: str = "ci", seed: int = 1) -> Workload:
    return Workload(task.name, tuple(task.sizes(profile).items()), family, seed, dtype)


def widened(inputs: Tensors) -> Tensors:
    return {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}


def test_there_are_47_tasks_in_12_categories() -> None:
    assert len(TASKS) == 47
    assert len({t.category for t in TASKS}) == 12
    assert len({t.entry for t in TASKS}) == 47


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_profiles_keep_their_limits(task: Task) -> None:
    assert set(task.profiles) == set(PROFILES)
    ci, cpu = task.sizes("ci"), task.sizes("cpu")
    assert sum(t.bytes(ci) for t in task.tensors) < 2 * MB
    assert 4 * MB <= sum(t.bytes(cpu) for t in task.tensors) <= 64 * MB
    assert max(t.bytes(cpu) for t in task.outputs) <= 24 * MB
    for profile in PROFILES:
        assert task.legal(task.sizes(profile))
    if task.name in COMPUTE_BOUND:
        assert 0.1e9 <= formula.evaluate(task.flops, cpu) <= 4e9


@pytest.mark.parametrize("dtype", ["f32", "f64", "bf16"])
@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_reference_gives_what_is_declared(task: Task, dtype: str) -> None:
    w = workload(task, "normal", dtype)
    inputs = make_inputs(task, w)
    before = {k: v.clone() for k, v in inputs.items()}
    outputs = bind(task)(inputs, w.sizes)
    assert len(outputs) == len(task.outputs)
    for declared, got in zip(task.outputs, outputs, strict=True):
        assert tuple(got.shape) == declared.dims(w.sizes)
        assert got.dtype == getattr(torch, DTYPES[dtype if declared.dtype == "f32" else declared.dtype].torch)
    for name, value in inputs.items():
        assert torch.equal(value, before[name]), f"the reference wrote to {name}"


def check_rule(task: Task, w: Workload) -> None:
    """Torch's own float32 result stays within 4 ulp(r) depth + 8 u sqrt(n) S + F, and oracle and S are finite."""
    rule, f, shadow = task.numerics, bind(task), bind_shadow(task)
    inputs = make_inputs(task, w)
    wide = widened(inputs)
    results, oracle = f(inputs), f(wide)
    if rule.rule == "exact":
        assert all(torch.equal(y.double(), r.double()) for y, r in zip(results, oracle, strict=True))
        return
    size: tuple[torch.Tensor, ...] = tuple(torch.zeros_like(r) for r in oracle)
    if rule.rule == "linear":
        size = f({k: v.abs() for k, v in wide.items()})
    elif rule.rule == "shadow":
        assert shadow is not None
        size = shadow(wide)
    n = formula.evaluate(rule.length, w.sizes)
    for y, r, s in zip(results, oracle, size, strict=True):
        assert s.shape == r.shape
        assert torch.isfinite(r).all()
        assert torch.isfinite(s).all()
        ulp = 2.0 ** (torch.floor(torch.log2(r.abs().clamp(min=2.0**-126))) - 23)
        bound = 4 * ulp * rule.depth + 8 * 2.0**-24 * math.sqrt(n) * s + 2.0**-126
        assert ((y.double() - r).abs() <= bound).all(), f"{w}: {((y.double() - r).abs() / bound).max():.2f} of the bound"
        if task.family(w.family).exact:
            assert torch.equal(y.double().round(), r.round()), w


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_error_rule_holds_for_torch_in_f32(task: Task) -> None:
    for family in task.families:
        check_rule(task, workload(task, family.name))


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_error_rule_holds_at_small_and_odd_sizes(task: Task) -> None:
    shapes = [dict(zip(task.axes, pick, strict=True)) for pick in itertools.product((1, 2, 8, 33), repeat=len(task.axes))]
    legal = [s for s in shapes if task.legal(s)]
    assert len(legal) >= 2
    for i, sizes in enumerate(legal[:: max(1, len(legal) // 24)]):
        check_rule(task, Workload(task.name, tuple(sizes.items()), task.families[i % len(task.families)].name, i))


@pytest.mark.parametrize("task", [t for t in TASKS if any(f.exact for f in t.families)], ids=lambda t: t.name)
def test_exact_families_catch_a_narrow_mantissa(task: Task) -> None:
    """With its inputs rounded to bf16, or to the 11 bits of tf32, the result of an exact family is another whole number."""
    f = bind(task)
    for family in (x for x in task.families if x.exact):
        inputs = make_inputs(task, workload(task, family.name))
        right = f(widened(inputs))[0].round()
        for bits in (8, 11):
            narrow = {k: (v + v * 2.0 ** (24 - bits)) - v * 2.0 ** (24 - bits) for k, v in inputs.items()}
            assert not torch.equal(f(narrow)[0].double().round(), right), (family.name, bits)


MATMULS = [t for t in TASKS if t.category == "matmul"]


@pytest.mark.parametrize("task", MATMULS, ids=lambda t: t.name)
def test_flops_agree_with_torch(task: Task) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    inputs = make_inputs(task, workload(task, "normal"))
    with FlopCounterMode(display=False) as counter:
        bind(task)(inputs)
    counted = counter.get_total_flops()
    if task.op != "matvec":  # torch does not count mv
        assert counted == formula.evaluate(task.flops, task.sizes("ci"))


@pytest.mark.parametrize("task", TASKS, ids=IDS)
def test_families_draw_every_input(task: Task) -> None:
    names = [f.name for f in task.families]
    assert len(names) == len(set(names))
    assert {"normal", "uniform", "all_negative", "wide", "outliers", "integers"} <= set(names)
    for family in task.families:
        assert [n for n, _ in family.draws] == [t.name for t in task.inputs]


def test_source_text_is_what_inspect_finds() -> None:
    import inspect

    from kernelmill.tasks.native import define, optimizer, softmax

    for function in (optimizer.adam, optimizer.sgd_momentum_eager, softmax.softmax_shadow):
        assert define.source_of(function) == define.HEADER + inspect.getsource(function)


def test_listing_needs_no_torch_and_little_time() -> None:
    code = (
        "import sys, time; import kernelmill.core.registry\n"
        "t = time.process_time(); import kernelmill.tasks; n = len(kernelmill.tasks.names()); t = time.process_time() - t\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
        "print(n, t)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout.split()
        for _ in range(5)
    ]
    assert all(int(n) >= 47 for n, _ in runs)
    assert min(float(t) for _, t in runs) < 0.08  # 0.035 on an idle machine
