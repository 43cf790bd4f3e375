"""Every task that ships lowers, and its program computes what its reference computes."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from lowered import double, draw, run, small_sizes, worst

from kernelmill.core.signature import parameters
from kernelmill.mill import Program, parse, show
from kernelmill.mill.lower import export, lower
from kernelmill.tasks import reference, registry

TASKS = {t.name: t for t in registry.tasks("native")}


@cache
def lowered(name: str) -> Program:
    task = TASKS[name]
    return lower(task, export(task, reference.bind(task)))


@pytest.mark.parametrize("name", TASKS)
def test_program_computes_the_reference(name: str) -> None:
    task, program = TASKS[name], lowered(name)
    sizes = small_sizes(task)
    inputs = draw(task, sizes)
    want = reference.bind(task)(double(inputs))
    assert worst(run(task, program, sizes, inputs), want) < 2e-6


@pytest.mark.parametrize("name", TASKS)
def test_parameters_follow_the_calling_convention(name: str) -> None:
    program = lowered(name)
    names = [b.name for b in program.params] + list(program.axes) + [s.name for s in program.scalars]
    assert names == [p.name for p in parameters(TASKS[name])]
    assert program.requires == (("C % 8 == 0",) if name == "normalization/group_norm" else ())


@pytest.mark.parametrize("name", ["softmax/softmax", "optimizer/adam", "loss/cross_entropy"])
def test_text_reads_back(name: str) -> None:
    program = lowered(name)
    assert parse(show(program)) == program


@pytest.mark.parametrize("name", ["activation/relu", "softmax/softmax", "normalization/layer_norm", "matmul/square"])
def test_sizes_of_one_and_zero(name: str) -> None:
    task, program = TASKS[name], lowered(name)
    for sizes in (dict.fromkeys(task.axes, 1), {a: 0 if a == "N" else 3 for a in task.axes}):
        inputs = draw(task, sizes)
        want = reference.bind(task)(double(inputs))
        assert worst(run(task, program, sizes, inputs), tuple(w.to(torch.float64) for w in want)) < 2e-6
