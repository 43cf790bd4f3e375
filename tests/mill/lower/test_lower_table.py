"""Many small computations lower and agree with torch at sizes other than those they were traced with."""

from __future__ import annotations

import pytest
import torch
from cases import CASES, Case
from lowered import double, draw, run, small_sizes, worst

from kernelmill.core import formula
from kernelmill.core.task import Family, Reference, Task
from kernelmill.mill.check import check
from kernelmill.mill.lower import export, lower
from kernelmill.tasks.signature import parse


def task_of(case: Case) -> Task:
    """A task with the case's signature and no source."""
    tensors = parse(case.signature)
    axes = tuple(dict.fromkeys(n for t in tensors for d in t.shape for n in sorted(formula.names(d))))
    return Task(
        name=f"case/{case.name}", axes=axes, tensors=tensors, reference=Reference("", case.name), flops="1",
        profiles={"ci": dict.fromkeys(axes, 8)}, families=(Family("normal", ()),),
    )  # fmt: skip


def results(case: Case, inputs: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    made = case.function(*inputs)
    return tuple(made) if isinstance(made, tuple | list) else (made,)


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_case(case: Case) -> None:
    task = task_of(case)
    program = lower(task, export(task, lambda tensors: results(case, tensors)))
    check(program)
    assert program.requires == ()
    sizes = small_sizes(task, (3, 7, 4, 5, 2))
    inputs = draw(task, sizes)
    want = results(case, inputs if case.name in ("half", "double", "integer") else double(inputs))
    assert worst(run(task, program, sizes, inputs), want) < 5e-6
