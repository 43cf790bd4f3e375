"""Lower a task, run the program in the interpreter, compare with the reference in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Task
from kernelmill.mill import Program, interpret
from kernelmill.mill.ir import Buffer

ODD_SIZES = (5, 7, 3, 4, 6)


def small_sizes(task: Task, start: tuple[int, ...] = ODD_SIZES) -> dict[str, int]:
    """Small legal sizes, odd where the task allows."""
    sizes = dict(zip(task.axes, start * 2, strict=False))
    while not task.legal(sizes):
        sizes = {a: v + 1 for a, v in sizes.items()}
    return sizes


def draw(task: Task, sizes: dict[str, int], seed: int = 1) -> list[torch.Tensor]:
    """Inputs and in-outs: normal floats (positive where the name says variance), small indices."""
    g = torch.Generator().manual_seed(seed)
    made: list[torch.Tensor] = []
    for t in task.inputs:
        shape, dtype = t.dims(sizes), getattr(torch, DTYPES[t.dtype].torch)
        if dtype.is_floating_point:
            x = torch.randn(shape, generator=g)
            made.append((x.abs() + 0.1 if t.name in ("v", "target") or "var" in t.name else x).to(dtype))
        else:
            made.append(torch.randint(0, 2 if dtype is torch.bool else 3, shape, generator=g).to(dtype))
    return made


def run(task: Task, program: Program, sizes: dict[str, int], inputs: list[torch.Tensor]) -> list[np.ndarray]:
    """Outputs of the interpreted program, in declared order; outputs hold poison before."""
    given = iter(inputs)
    arrays: dict[str, np.ndarray] = {}
    for t, buffer in zip(task.tensors, program.params, strict=True):
        if t.role == "out":
            arrays[buffer.name] = poison(buffer, t.dims(sizes))
        else:
            arrays[buffer.name] = next(given).clone().numpy()
    scalars: dict[str, Any] = {v.name: s.value for v, s in zip(program.scalars, task.scalars, strict=True)}
    interpret.run(program, arrays, dict(zip(program.axes, (sizes[a] for a in task.axes), strict=True)), scalars)
    return [arrays[b.name] for b in program.params if b.role != "in"]


def poison(buffer: Buffer, shape: tuple[int, ...]) -> np.ndarray:
    """NaN, or 77 where there is none."""
    dtype = interpret.NUMPY[buffer.dtype]
    return np.full(shape, np.nan if np.issubdtype(dtype, np.floating) else 77, dtype)


def double(inputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """The same inputs with floats in double precision."""
    return [x.double() if x.is_floating_point() else x for x in inputs]


def worst(got: list[np.ndarray], want: tuple[torch.Tensor, ...]) -> float:
    """Largest difference, relative where values exceed one; infinity where one is NaN and the other is not."""
    assert len(got) == len(want)
    error = 0.0
    for a, b in zip(got, (w.numpy() for w in want), strict=True):
        assert a.shape == b.shape
        same = (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b
        difference = np.where(same, 0.0, np.abs(np.float64(a) - np.float64(b)) / (1 + np.abs(np.float64(b))))
        error = max(error, float(np.max(np.nan_to_num(difference, nan=np.inf), initial=0.0)))
    return error
