"""Input families of a file: what its `get_inputs` draws, and those of ours under which it still computes something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Family, Task
from kernelmill.core.workload import Workload
from kernelmill.tasks.families import STANDARD
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, one_thread

if TYPE_CHECKING:
    import torch

    from kernelmill.tasks.tracing import Found

OWN = "file"
"""The family of what `get_inputs` draws."""
OURS = ("normal", "all_negative", "wide", "outliers")
NARROW = 1e-3
"""Relative error of f32 in the norm, over which a family only measures conditioning."""


def weight_draws(module: torch.nn.Module, names: Mapping[str, str]) -> dict[str, Draw]:
    """How each weight is drawn: spread like its initial values.

    What starts as zeros or ones gets a spread too, so that a kernel that leaves out a bias or a scale is wrong. Running statistics are
    drawn with positive variances; other buffers (masks, tables) are part of the program and keep their values.
    """
    import torch

    parameters, buffers = dict(module.named_parameters()), dict(module.named_buffers())
    draws: dict[str, Draw] = {}
    for name, original in names.items():
        leaf = original.rpartition(".")[2]
        value = parameters.get(original)
        if leaf == "running_var":
            draws[name] = Draw("uniform", 0.5, 1.5)
        elif leaf == "running_mean":
            draws[name] = Draw("normal", 0.0, 0.1)
        elif value is None or not value.is_floating_point() or original in buffers or value.numel() == 0:
            draws[name] = Draw("given")
        else:
            v = value.detach().double()
            mean, spread = float(v.mean()), float(v.std(correction=0)) if v.numel() > 1 else 0.0
            if spread > 1e-6 * abs(mean):
                draws[name] = Draw("normal", mean if abs(mean) > 0.5 * spread else 0.0, spread)
            elif mean == 0 or not torch.isfinite(v).all():
                draws[name] = Draw("normal", 0.0, 0.1)
            else:
                draws[name] = Draw("uniform", min(0.5 * mean, 1.5 * mean), max(0.5 * mean, 1.5 * mean))
    return draws


def families(inputs: tuple[Found, ...], weights: Mapping[str, Draw]) -> tuple[Family, ...]:
    """`file`, then ours for the float inputs whose distribution was recognised; structured ones (probabilities, triangles) stay."""
    own = {t.name: t.draw for t in inputs}
    made = [Family(OWN, tuple({**own, **weights}.items()))]
    plain = [t.name for t in inputs if t.draw.kind in ("uniform", "normal") and DTYPES[t.dtype].kind == "float"]
    if plain:
        made += [Family(name, tuple({**own, **dict.fromkeys(plain, STANDARD[name]), **weights}.items())) for name in OURS]
    return tuple(made)


def sensible(task: Task, sizes: Mapping[str, int]) -> tuple[Family, ...]:
    """The families under which the reference is finite and f32 still agrees with f64; `file` always stays.

    A logarithm of negative numbers or a softmax of 1e4 says nothing about a kernel.
    """
    import torch

    f = bind(task)
    kept: list[Family] = []
    for family in task.families:
        if family.name == OWN:
            kept.append(family)
            continue
        inputs = make_inputs(task, Workload(task.name, tuple(sizes.items()), family.name, 1))
        wide = {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
        try:
            with one_thread():
                pairs = list(zip(f(inputs, sizes), f(wide, sizes), strict=True))
        except (RuntimeError, IndexError):
            continue
        floats = [(y.double(), r) for y, r in pairs if r.is_floating_point()]
        if all(torch.isfinite(y).all() and torch.isfinite(r).all() and (y - r).norm() <= NARROW * r.norm() for y, r in floats):
            kept.append(family)
    return tuple(kept)
