"""From a callable to a graph of core ATen operations with symbolic sizes."""

from __future__ import annotations

import copy
import inspect
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.export import Dim, ExportedProgram

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.mill.lower import decompose, refuse

#: Values for axes while tracing: different, neither 0 nor 1, and with small factors so that constraints like `C % 8 == 0` can hold.
_TRACE_SIZES = (6, 10, 14, 8, 12, 9, 5, 16, 7, 24, 32, 11, 20, 48, 64)

_LINES = "reference lines"

Function = Callable[..., Any]
"""`f([tensors])` or `f([tensors], sizes={axis: size})`."""


class _Module(torch.nn.Module):
    def __init__(self, function: Function, sizes: Mapping[str, int]) -> None:
        super().__init__()
        self.function, self.sizes = function, dict(sizes)
        self.takes_sizes = "sizes" in inspect.signature(function).parameters

    def forward(self, *tensors: torch.Tensor) -> Any:
        result = self.function(list(tensors), sizes=self.sizes) if self.takes_sizes else self.function(list(tensors))
        return tuple(result) if isinstance(result, tuple | list) else (result,)


def fixed_sizes(task: Task) -> dict[str, int]:
    """Axes of the task that must keep one value, and that value."""
    profile = next(iter(task.profiles.values()), {})
    return {a: profile[a] for a in task.fixed if a in profile}


def trace_sizes(task: Task, fixed: Mapping[str, int]) -> dict[str, int]:
    """Axis values to trace with: fixed axes as they are, the others different from each other and legal."""
    free = [a for a in task.axes if a not in fixed]
    for values in itertools.islice(itertools.permutations(_TRACE_SIZES, len(free)), 20000):
        sizes = {**fixed, **dict(zip(free, values, strict=True))}
        if task.legal(sizes):
            return {a: sizes[a] for a in task.axes}
    smallest = min(task.profiles.values(), key=task.bytes, default={})
    return dict(smallest)


def example_inputs(task: Task, sizes: Mapping[str, int]) -> list[torch.Tensor]:
    """Inputs and in-outs of the right shapes and dtypes; ones, since zero is a legal index and one a harmless number."""
    made: list[torch.Tensor] = []
    for t in task.inputs:
        dtype = getattr(torch, DTYPES[t.dtype].torch)
        made.append(torch.zeros(t.dims(sizes), dtype=dtype) if not dtype.is_floating_point else torch.ones(t.dims(sizes), dtype=dtype))
    return made


def pinned(task: Task, shapes: Sequence[Sequence[Any]]) -> list[tuple[str, str, int]]:
    """(tensor, axis, size) where export met a dimension that is an axis alone and gave it a number."""
    found: list[tuple[str, str, int]] = []
    for t, shape in zip(task.inputs, shapes, strict=True):
        for text, size in zip(t.shape, shape, strict=True):
            if text in task.axes and known(size) is not None:
                found.append((t.name, str(text), int(size)))
    return found


def known(size: Any) -> int | None:
    """The value of a size that export gave a number; None for a symbolic one."""
    if isinstance(size, torch.SymInt):
        return int(size.node.expr) if size.node.expr.is_Integer else None
    return int(size)


def export(task: Task, function: Function, profile: str) -> ExportedProgram:
    """See `kernelmill.mill.lower.export`."""
    fixed = fixed_sizes(task)
    sizes = trace_sizes(task, fixed)
    exported, stuck = _trace(task, function, sizes, set(fixed))
    if stuck:  # a small size may have met a special case (one channel for each group)
        sizes = _larger(task, sizes, stuck)
        exported, stuck = _trace(task, function, sizes, set(fixed))
    if not stuck and task.reference.kind == "module" and set(sizes) - set(fixed):
        stuck = _baked(task, function, exported, sizes, set(fixed))
    if stuck:  # the reference reads a size into Python: keep that axis at the size that matters
        usual = task.profiles.get(profile) or next(iter(task.profiles.values()))
        fixed |= {a: usual[a] for a in stuck}
        exported, _ = _trace(task, function, trace_sizes(task, fixed), set(fixed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = exported.run_decompositions(copy.copy(decompose.table()))
    whole.graph_module.meta[_LINES] = exported.graph_module.meta.get(_LINES, {})
    return whole


def source_of(task: Task, exported: ExportedProgram) -> refuse.Source:
    """What messages need to name a place in the reference."""
    return refuse.Source(task.reference.path, exported.graph_module.meta.get(_LINES, {}))


def _lines(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> dict[str, str]:
    """Operation -> line of the reference that first calls it."""
    with refuse.Lines() as lines:
        try:
            module(*inputs)
        except Exception:  # an index of zero or a size may not suit it; then messages do without lines
            return lines.found
    return lines.found


def _larger(task: Task, sizes: Mapping[str, int], which: set[str]) -> dict[str, int]:
    """The sizes with some axes three times as long, where that is legal."""
    larger = {a: n * 3 if a in which else n for a, n in sizes.items()}
    return larger if task.legal(larger) else dict(sizes)


def _baked(task: Task, function: Function, exported: ExportedProgram, sizes: Mapping[str, int], fixed: set[str]) -> set[str]:
    """Axes whose size a module holds as a number of its own: its graph at another size is another graph."""
    free = set(sizes) - fixed
    other, stuck = _trace(task, function, _larger(task, sizes, free), fixed)
    return free if stuck or str(other.graph) != str(exported.graph) else set()


def _trace(task: Task, function: Function, sizes: Mapping[str, int], fixed: set[str]) -> tuple[ExportedProgram, set[str]]:
    """(graph, axes that should be symbolic and are not)."""
    dynamic = tuple({d: Dim.AUTO for d, text in enumerate(t.shape) if formula.names(text) - fixed} or None for t in task.inputs)
    module, inputs = _Module(function, sizes), tuple(example_inputs(task, sizes))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            exported = torch.export.export(module, inputs, dynamic_shapes=(dynamic,), strict=False)
        except UserError:
            raise
        except Exception as error:
            raise _explain(task, error) from error
        if task.reference.kind == "function":
            exported.graph_module.meta[_LINES] = _lines(module, inputs)
    refuse.check_before(exported, source_of(task, exported))
    shapes = [n.meta["val"].shape for n in exported.graph.nodes if n.op == "placeholder"][-len(task.inputs) :]
    return exported, {axis for _, axis, _ in pinned(task, shapes)} - fixed


def _explain(task: Task, error: Exception) -> UserError:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return UserError(
        f"torch cannot export the reference of {task.name}: {type(error).__name__}: {text}",
        expected="a reference whose control flow and shapes do not depend on the values of its inputs",
        got=task.reference.path or task.reference.entry,
    )
