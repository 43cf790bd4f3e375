"""The inputs of a workload as tensors: equal workloads give equal bits."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Task, Tensor
from kernelmill.core.workload import Workload
from kernelmill.tasks import module

if TYPE_CHECKING:
    import torch


def element_type(tensor: Tensor, workload: Workload) -> str:
    """Short dtype name of a tensor under this workload: what is declared `f32` follows the working precision, the rest is as declared."""
    return workload.dtype if tensor.dtype == "f32" else tensor.dtype


def make_inputs(task: Task, workload: Workload) -> dict[str, torch.Tensor]:
    """Tensor name -> data for every `in` and `inout` tensor, in declared order, dense and row-major, on the CPU.

    Each tensor has its own stream, derived from the workload's seed and the tensor's name, so that a task that gains a tensor keeps the
    data of the others. Raises `UserError` for a family that the task does not have.
    """
    draws = dict(task.family(workload.family).draws)
    sizes = workload.sizes
    given: dict[str, torch.Tensor] = {}
    if any(draws[t.name].kind == "given" for t in task.inputs):
        given = module.given(task, sizes, workload.seed)
    result: dict[str, torch.Tensor] = {}
    for t in task.inputs:
        name = element_type(t, workload)
        if draws[t.name].kind == "given":
            result[t.name] = given[t.name].to(_torch_type(name)).contiguous()
        else:
            result[t.name] = draw(draws[t.name], t.dims(sizes), name, sizes, _stream(workload.seed, t.name))
    return result


def _stream(seed: int, name: str) -> int:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def _torch_type(name: str) -> torch.dtype:
    import torch

    return getattr(torch, DTYPES[name].torch)


def draw(rule: Draw, shape: tuple[int, ...], dtype: str, sizes: dict[str, int], seed: int) -> torch.Tensor:
    """One tensor drawn by `rule` (any kind but `given`): values in float64 for f64, else in float32, rounded to `dtype`."""
    import torch

    g = torch.Generator().manual_seed(seed)
    work = torch.float64 if dtype == "f64" else torch.float32
    b = formula.evaluate(rule.b, sizes) if isinstance(rule.b, str) else rule.b
    values: torch.Tensor
    match rule.kind:
        case "normal":
            values = torch.randn(shape, generator=g, dtype=work) * b + rule.a
        case "uniform":
            values = torch.rand(shape, generator=g, dtype=work) * (b - rule.a) + rule.a
        case "loguniform":
            low, high = math.log(rule.a), math.log(b)
            values = torch.exp(torch.rand(shape, generator=g, dtype=work) * (high - low) + low)
            if rule.signed:
                values = values * _signs(shape, g).to(work)
        case "integers":
            values = torch.randint(int(rule.a), int(b) + 1, shape, generator=g)
        case "odd":
            values = (torch.randint(0, (int(rule.a) + 1) // 2, shape, generator=g) * 2 + 1) * _signs(shape, g)
        case "sparse":
            values = _sparse(shape, int(b), rule.axis, g)
        case "outliers":
            values = torch.randn(shape, generator=g, dtype=work)
            values = torch.where(torch.rand(shape, generator=g) < rule.a, values * b, values)
        case "constant":
            values = torch.full(shape, rule.a, dtype=work)
        case "index":
            values = torch.randint(0, max(int(b), 1), shape, generator=g)
        case "bool":
            values = torch.rand(shape, generator=g) < rule.a
        case "given":
            raise AssertionError("a given tensor is made by its reference")
    return values.to(_torch_type(dtype))


def _signs(shape: tuple[int, ...], g: torch.Generator) -> torch.Tensor:
    import torch

    return torch.randint(0, 2, shape, generator=g) * 2 - 1


def _sparse(shape: tuple[int, ...], count: int, axis: int, g: torch.Generator) -> torch.Tensor:
    import torch

    values = torch.zeros(shape, dtype=torch.int64)
    if values.numel() == 0:
        return values
    lines = list(shape)
    lines[axis] = count
    places = torch.randint(0, shape[axis], lines, generator=g)
    return values.scatter_(axis, places, _signs(tuple(lines), g))
