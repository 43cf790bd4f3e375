"""References that are an `nn.Module`: their weights as inputs of the task, and the call with weights given from outside."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kernelmill.core.errors import UserError
from kernelmill.core.task import Reference, Task

if TYPE_CHECKING:
    import torch


def construct(namespace: types.ModuleType, entry: str, eval_mode: bool = False, seed: int = 0) -> torch.nn.Module:
    """The module that `get_init_inputs()` of its source describes, its weights initialised under `seed`."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        arguments = namespace.get_init_inputs() if hasattr(namespace, "get_init_inputs") else []
        module = getattr(namespace, entry)(*arguments)
    return module.eval() if eval_mode else module


def argument_names(module: torch.nn.Module, count: int) -> list[str]:
    """Names of the first `count` positional arguments of `forward`; `*args` gives `args_0`, `args_1`, ..."""
    names: list[str] = []
    for p in inspect.signature(module.forward).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name}_{i}" for i in range(count - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    if len(names) < count:
        raise UserError("get_inputs() returns more values than forward takes", expected=f"{len(names)}", got=f"{count}")
    return names[:count]


def _own_statistics(module: torch.nn.Module) -> set[str]:
    """Buffers that a normalisation in train mode updates and does not read: no part of the task."""
    import torch

    kinds = (torch.nn.modules.batchnorm._NormBase,)
    skip = ("running_mean", "running_var", "num_batches_tracked")
    return {
        f"{path}.{b}" if path else b
        for path, m in module.named_modules()
        if isinstance(m, kinds)
        for b in skip
        if m.training or b == "num_batches_tracked"
    }


def weight_names(module: torch.nn.Module, arguments: list[str]) -> dict[str, str]:
    """Name as a tensor of the task -> name in the module, for parameters, then buffers, in the module's order.

    `net.0.weight` becomes `net_0_weight`, with a trailing `_` where an argument of `forward` or another weight has that name. Statistics
    that a normalisation in train mode updates are left out.
    """
    skip = _own_statistics(module)
    originals = [n for n, _ in module.named_parameters()] + [n for n, _ in module.named_buffers() if n not in skip]
    names: dict[str, str] = {}
    for original in originals:
        name = re.sub(r"\W", "_", original)
        while name in names or name in arguments:
            name += "_"
        names[name] = original
    return names


def sized(reference: Reference, sizes: Mapping[str, int]) -> Reference:
    """The reference with the module constants of the same names as axes set to these sizes."""
    constants = dict(reference.constants) | dict(sizes)
    return replace(reference, constants=tuple(constants.items()))


def caller(task: Task) -> Callable[[dict[str, torch.Tensor], Mapping[str, int] | None], Any]:
    """`f(tensors by name, sizes) -> outputs` of a module reference; in-outs come first among the outputs, as new tensors."""
    scalars = {s.name: s.value for s in task.scalars}
    inouts = [t.name for t in task.tensors if t.role == "inout"]
    weights = {t.name for t in task.inputs if t.weight}

    def call(tensors: dict[str, torch.Tensor], sizes: Mapping[str, int] | None) -> Any:
        from torch.func import functional_call

        tensors = {n: (v.clone() if n in inouts else v) for n, v in tensors.items()}
        floats = [v.dtype for v in tensors.values() if v.is_floating_point()]
        at = tuple((sizes if sizes is not None else infer_sizes(task, tensors)).items()) if task.axes else ()
        module, arguments, names = _instance(task.reference, at, floats[0] if floats else None, len(tensors) - len(weights) + len(scalars))
        state = {names[n]: v for n, v in tensors.items() if n in weights}
        # what a module updates by itself (running statistics) is updated on a copy
        state |= {n: b.clone() for n, b in module.named_buffers() if n not in state}
        result = functional_call(module, state, tuple(tensors[a] if a in tensors else scalars[a] for a in arguments))
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        return [*(tensors[n] for n in inouts), *outputs]

    return call


@lru_cache(maxsize=32)
def _instance(
    reference: Reference, sizes: tuple[tuple[str, int], ...], dtype: torch.dtype | None, count: int
) -> tuple[torch.nn.Module, list[str], dict[str, str]]:
    """(module, argument names, weight names) at these sizes in this dtype."""
    from torch.utils._python_dispatch import _disable_current_modes

    from kernelmill.tasks.reference import load

    with _disable_current_modes():  # the instance outlives an export that asks for it first, and must be real
        module = construct(load(sized(reference, dict(sizes))), reference.entry, reference.eval_mode)
        arguments = argument_names(module, count)
        return module.to(dtype) if dtype is not None else module, arguments, weight_names(module, arguments)


def infer_sizes(task: Task, tensors: Mapping[str, torch.Tensor]) -> dict[str, int]:
    """Axis values from the tensors' shapes. Raises `UserError` for an axis that is no dimension of an input by itself."""
    found = {d: int(n) for t in task.inputs for d, n in zip(t.shape, tensors[t.name].shape, strict=True) if d in task.axes}
    missing = [a for a in task.axes if a not in found]
    if missing:
        raise UserError(f"the sizes of {', '.join(missing)} cannot be read from the inputs", hint="pass the sizes")
    return {a: found[a] for a in task.axes}


def given(task: Task, sizes: Mapping[str, int], seed: int) -> dict[str, torch.Tensor]:
    """What the source itself makes under this seed: results of `get_inputs()` by argument name, and freshly constructed weights."""
    import torch

    from kernelmill.tasks.reference import load

    namespace = load(sized(task.reference, dict(sizes)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        values = namespace.get_inputs()
    module = construct(namespace, task.reference.entry, task.reference.eval_mode, seed)
    arguments = argument_names(module, len(values))
    made = {a: v for a, v in zip(arguments, values, strict=True) if isinstance(v, torch.Tensor)}
    state = dict(module.named_parameters()) | dict(module.named_buffers())
    return made | {name: state[original].detach() for name, original in weight_names(module, arguments).items()}
