"""Lowering: a PyTorch reference becomes a loop program, one nest per ATen operation.

exported = export(task, reference.bind(task))     # torch.export, sizes symbolic in the task's axes, core ATen operations
program = lower(task, exported)                   # one nest per operation over temporaries; moves fuse and shrink them

sizes.py    sizes as sympy over axes, and as index expressions      pointwise.py reduce.py matmul.py ...   one file per class of
value.py    tensors as functions of an index: views cost nothing                                           ATen operations
context.py  what a lowering writes into, the registry               driver.py   the graph, destinations, in-outs
exporter.py from a callable to an exported graph                    refuse.py   what is refused by name, and where it stands
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernelmill.core.task import Task
from kernelmill.mill.ir import Program

if TYPE_CHECKING:
    from torch.export import ExportedProgram


def export(task: Task, function: Callable[..., Any], profile: str = "cpu") -> ExportedProgram:
    """The task's reference as a graph of core ATen operations, every axis of the task symbolic unless the task fixes it.

    An axis whose size the reference reads into Python (a branch on it, a list of that length) is kept at its size in `profile`.

    `function([inputs and in-outs in declared order])` returns the outputs (in-outs, then outs, in declared order), as a tuple; if it has
    a parameter `sizes`, that is the axis values traced with. `kernelmill.tasks.reference.bind` makes one. Scalar attributes must have
    their values inside `function`: they become constants.
    Raises `UserError` for what torch cannot export: random numbers, values read into Python, recurrent layers, control flow on data.
    """
    from kernelmill.mill.lower import exporter

    return exporter.export(task, function, profile)


def lower(task: Task, exported: ExportedProgram) -> Program:
    """A loop program that computes the task: parameters, axes and scalars by the calling convention, each operation its own nest.

    Floating sums are in order (no `reassoc`); an axis that export could not keep symbolic is pinned by a condition in `requires`.
    Raises `UserError` that names the ATen operation and the source line (or the module) for what has no lowering.
    """
    from kernelmill.mill.lower import driver

    return driver.lower(task, exported)
