"""Candidates as Python functions, checked by the oracle and the comparison without any process: what the numerics alone accept and kill."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch

from kernelmill import tasks
from kernelmill.core.task import Task
from kernelmill.core.verdict import Failure
from kernelmill.judge.right import cases, report
from kernelmill.judge.right.compare import compare
from kernelmill.judge.right.expected import Expected
from kernelmill.judge.right.oracle import Oracle
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, bind_shadow

Kernel = Callable[..., Any]
"""Called with the input tensors in declared order and the task's scalars by name."""


@dataclass(frozen=True)
class Prepared:
    """A case with its inputs and expectation."""

    case: cases.Case
    inputs: list[torch.Tensor]
    expected: list[Expected]


@cache
def prepared(name: str, seed: int, profile: str = "ci") -> list[Prepared]:
    task = tasks.get(name)
    oracle = Oracle(task, bind(task), bind_shadow(task))
    found = []
    for case in cases.plan(task, None, profile, seed):
        if case.kind == "empty":
            continue
        inputs = list(make_inputs(task, case.workload).values())
        found.append(Prepared(case, inputs, oracle.expect(case.workload, inputs)))
    return found


def scalars(task: Task) -> dict[str, Any]:
    return {s.name: s.value for s in task.scalars}


def failures(name: str, kernel: Kernel, seed: int = 7, first: bool = False) -> list[Failure]:
    """Every case in which the kernel is wrong; with `first` at most one."""
    task = tasks.get(name)
    found: list[Failure] = []
    for p in prepared(name, seed):
        result = kernel(*(t.clone() for t in p.inputs), **scalars(task))
        outs = result if isinstance(result, tuple) else (result,)
        for e, out in zip(p.expected, outs, strict=True):
            got = out.contiguous().numpy() if isinstance(out, torch.Tensor) else np.ascontiguousarray(out)
            assert got.shape == e.value.shape, f"{name}: {got.shape} for {e.value.shape} in {p.case.workload}"
            outcome = compare(got, e)
            if not outcome.right:
                arrays = {t.name: x.numpy() for t, x in zip(task.inputs, p.inputs, strict=True)}
                found.append(report.failure(p.case.workload, e, outcome, got, arrays))
                if first:
                    return found
    return found


def chop(t: torch.Tensor, bits: int) -> torch.Tensor:
    """Round a float32 tensor to a significand of `bits` bits: 11 is tf32, 8 is bf16."""
    if not t.is_floating_point():
        return t
    scale = torch.exp2(torch.floor(torch.log2(t.abs().double().clamp(min=1e-300))) - (bits - 1))
    return (torch.round(t.double() / scale) * scale).float()


def f32(t: torch.Tensor) -> torch.Tensor:
    return t.float() if t.is_floating_point() else t


def tail(size: int, block: int = 16) -> int:
    """Elements past the last full block."""
    return size % block if math.isfinite(size) else 0
