"""A Python file in KernelBench's form as a task.

The file defines `class Model(nn.Module)`, `get_inputs()` and, where the constructor takes arguments, `get_init_inputs()`. Tensors of the
task are the arguments of `forward` by name, then the parameters and buffers (`net.0.weight` as `net_0_weight`), then what forward returns.
It is run in this process: it is the user's own.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kernelmill.core.errors import UserError
from kernelmill.core.task import Numerics, Reference, Scalar, Task, Tensor
from kernelmill.tasks import module
from kernelmill.tasks.constants import Constant, constants, override
from kernelmill.tasks.reference import load

if TYPE_CHECKING:
    from kernelmill.tasks.dynamic import Free
    from kernelmill.tasks.tracing import Traced

ENTRY = "Model"


def load_file(
    path: Path | str, *, settings: Mapping[str, Constant] | None = None, dynamic: Sequence[str] = (), eval_mode: bool = False
) -> Task:
    """The task `file/<stem>` that a file describes.

    `settings` replaces module constants, what derives from them follows; `dynamic` names constants to leave free: they become axes.
    Without it every size is fixed. Raises `UserError` for a file that is no task, or that does not fit this machine.
    """
    from kernelmill.tasks import dynamic as free_axes
    from kernelmill.tasks import limits
    from kernelmill.tasks.tracing import trace

    path = Path(path)
    source = _read(path)
    chosen = dict(settings or {})
    override(source, chosen)
    reference = Reference(source, ENTRY, "module", tuple(chosen.items()), eval_mode, str(path))
    known = constants(source) | chosen

    def retrace(sizes: Mapping[str, int]) -> Traced:
        return trace(load(module.sized(reference, sizes)), ENTRY, eval_mode)

    traced = retrace({})
    names = free_axes.resolve(dynamic, known)
    if not names:
        limits.refuse(str(path), traced, known, retrace)
    base = {n: int(known[n]) for n in names}
    free = free_axes.free(names, base, traced, retrace) if names else None
    if free is not None and not limits.machine_limit().fits(retrace(free.profiles["cpu"])):
        limits.refuse(str(path), retrace(free.profiles["cpu"]), {k: v for k, v in known.items() if k not in names}, retrace)
    return _task(reference, traced, free)


def _read(path: Path) -> str:
    """The text of a file that defines what is needed."""
    try:
        source = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}", expected="a Python file with Model and get_inputs") from error
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise UserError(f"{path} is no Python: {error.msg}", got=f"line {error.lineno}: {line}") from error
    classes = [n.name for n in tree.body if isinstance(n, ast.ClassDef)]
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    if ENTRY not in classes:
        raise UserError(f"{path} defines no class {ENTRY}", expected=f"class {ENTRY}(nn.Module) with forward",
                        got=f"classes: {', '.join(classes) or 'none'}", hint=f"rename the module to {ENTRY}")  # fmt: skip
    if "get_inputs" not in functions:
        raise UserError(f"{path} defines no get_inputs", expected="def get_inputs(): return [tensors of one call of forward]",
                        got=f"functions: {', '.join(functions) or 'none'}")  # fmt: skip
    return source


def _tensors(traced: Traced, free: Free | None) -> tuple[Tensor, ...]:
    def shape(name: str, fixed: tuple[int, ...]) -> tuple[str | int, ...]:
        return free.shapes[name] if free is not None else fixed

    inputs = [Tensor(t.name, shape(t.name, t.shape), "inout" if t.name in traced.mutated else "in", t.dtype) for t in traced.inputs]
    weights = [Tensor(t.name, shape(t.name, t.shape), "in", t.dtype, weight=True) for t in traced.weights]
    outputs = [Tensor(t.name, shape(t.name, t.shape), "out", t.dtype) for t in traced.outputs]
    order = ("in", "inout", "out")
    return tuple(sorted([*inputs, *weights, *outputs], key=lambda t: order.index(t.role)))


def _numerics(traced: Traced) -> Numerics:
    """Monte-Carlo arithmetic, unless the file is nothing but an argmax of its input."""
    if set(traced.ops) <= {"aten.argmax"} and len(traced.inputs) == 1:
        return Numerics("exact", index_of=traced.inputs[0].name)
    return Numerics("monte_carlo")


def _task(reference: Reference, traced: Traced, free: Free | None) -> Task:
    from kernelmill.tasks import drawing

    namespace = load(reference)
    built = module.construct(namespace, ENTRY, reference.eval_mode)
    arguments = module.argument_names(built, len(traced.inputs) + len(traced.scalars))
    draws = drawing.weight_draws(built, module.weight_names(built, arguments))
    tensors = _tensors(traced, free)
    ordered = {t.name for t in tensors if t.role != "out"}
    inputs = tuple(replace(t, draw=replace(t.draw, b=free.ranges[t.name])) if free and t.name in free.ranges else t for t in traced.inputs)
    families = tuple(
        replace(f, draws=tuple((t.name, dict(f.draws)[t.name]) for t in tensors if t.name in ordered))
        for f in drawing.families(inputs, draws)
    )
    doc = (vars(getattr(namespace, ENTRY)).get("__doc__") or namespace.__doc__ or "").strip()
    task = Task(
        name=f"file/{re.sub(r'[^A-Za-z0-9_]', '_', Path(reference.path).stem)}",
        axes=free.axes if free else (),
        tensors=tensors,
        reference=reference,
        flops=free.flops if free else str(traced.flops),
        profiles=free.profiles if free else {p: {} for p in ("ci", "cpu", "gpu", "paper")},
        families=families,
        scalars=tuple(Scalar(n, v) for n, v in traced.scalars),
        numerics=_numerics(traced),
        constraints=free.constraints if free else (),
        doc=inspect.cleandoc(doc),
    )
    return replace(task, families=drawing.sensible(cheap(task), task.sizes("ci")))


def cheap(task: Task) -> Task:
    """A file's task with its constants made small, so that computing it a dozen times takes no time; any other task as it is."""
    from kernelmill.tasks import limits
    from kernelmill.tasks.tracing import trace

    reference = task.reference
    if reference.kind != "module" or task.axes:
        return task

    def retrace(sizes: Mapping[str, int]) -> Traced:
        return trace(load(module.sized(reference, sizes)), reference.entry, reference.eval_mode)

    chosen, small = limits.shrink(constants(reference.source) | dict(reference.constants), retrace, limits.TRIAL)
    return replace(task, tensors=_tensors(small, None), reference=module.sized(reference, chosen), flops=str(small.flops))
