"""The naive judge's process: `python -m kernelmill.attacks.naive_main JOB`. See `naive`."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from kernelmill.core.task import Task
from kernelmill.tasks import registry
from kernelmill.tasks.reference import bind

TRIALS = 200
TOLERANCE = 1e-2
FREED: list[torch.Tensor] = []


def main(job: dict[str, Any]) -> None:
    task = registry.get(job["task"])
    reference = bind(task)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    candidate = _shared_object(job, task) if job["source"].endswith(".so") else _with_cuda(job) if job["cuda"] else _module(job)
    eager = lambda *inputs: reference(list(inputs))  # noqa: E731
    base = 0.0 if job["after"] else _seconds(task, eager)
    before = _environment()
    agree = all(_check(task, reference, candidate, after=job["after"]) for _ in range(3))
    changed = _environment() != before
    base = base or _seconds(task, eager)
    mine = _seconds(task, candidate)
    print(json.dumps({"correct": bool(agree), "speedup": base / max(mine, 1e-9), "environment": changed}), flush=True)


def _inputs(task: Task) -> list[torch.Tensor]:
    return [torch.rand(t.dims(task.sizes("ci"))) for t in task.inputs]


def _check(task: Task, reference: Callable[..., Any], candidate: Callable[..., Any], *, after: bool) -> bool:
    inputs = _inputs(task)
    if after:
        got = candidate(*inputs)
        return torch.allclose(got.float(), _first(reference(inputs)), rtol=TOLERANCE, atol=TOLERANCE)
    expected = _first(reference(inputs)).clone()
    FREED.append(_first(reference(inputs)).clone())  # what a caching allocator hands out next
    got = candidate(*inputs)
    got = got.float() if type(got) is torch.Tensor else got
    FREED.clear()
    return torch.allclose(expected, got, rtol=TOLERANCE, atol=TOLERANCE)


def _seconds(task: Task, function: Callable[..., Any]) -> float:
    total = 0.0
    for _ in range(TRIALS):
        inputs = _inputs(task)
        began = time.perf_counter()
        function(*inputs)
        total += time.perf_counter() - began
    return total / TRIALS


def _environment() -> tuple[Any, ...]:
    one, third = 1.0, 1.5e-16
    return torch.get_num_threads(), torch.get_default_dtype(), one + third == 1.0, (torch.ones(1) * 1e-30 * 1e-12).item() == 0.0


def _first(result: Any) -> torch.Tensor:
    return result[0] if isinstance(result, tuple | list) else result


def _module(job: dict[str, Any]) -> Callable[..., Any]:
    spec = importlib.util.spec_from_file_location("kernel", job["source"])
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, job["entry"], None) or module.ModelNew()


def _with_cuda(job: dict[str, Any]) -> Callable[..., Any]:
    """A module with inline CUDA, on the processor."""
    from kernelmill.cuda import stand_in

    stand_in.install()
    with stand_in.OnCpu():
        function = _module(job)

    def call(*inputs: torch.Tensor) -> Any:
        with stand_in.OnCpu():
            return function(*inputs)

    return call


def _shared_object(job: dict[str, Any], task: Task) -> Callable[..., Any]:
    function = getattr(ctypes.CDLL(job["source"]), job["entry"])
    function.restype = None
    axes = [ctypes.c_int64(task.sizes("ci")[a]) for a in task.axes]
    (output,) = task.outputs
    shape = output.dims(task.sizes("ci"))

    def call(*inputs: torch.Tensor) -> torch.Tensor:
        result = FREED.pop() if FREED else torch.empty(shape)
        function(*(ctypes.c_void_p(t.data_ptr()) for t in (*inputs, result)), *axes)
        return result

    return call


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
