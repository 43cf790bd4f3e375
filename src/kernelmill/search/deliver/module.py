"""The Python module of an export, and the reference beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import kernelmill
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError
from kernelmill.core.machine import Machine
from kernelmill.core.record import Record
from kernelmill.core.signature import identifier, parameters
from kernelmill.core.task import Task
from kernelmill.search.deliver import axes

_CTYPES = {"int64_t": "ctypes.c_int64", "double": "ctypes.c_double", "uint8_t": "ctypes.c_uint8"}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)


def template(name: str, **values: Any) -> str:
    """Render a text of this folder."""
    text = _templates.get_template(name).render(**values)
    return re.sub(r"\n{4,}", "\n\n\n", text)


def headline(record: Record, task: Task) -> str:
    """One sentence with the figures, their baseline, interval and circumstances."""
    sizes = " ".join(f"{k}={v}" for k, v in task.sizes(record.profile).items())
    where = (
        f"profile {record.profile}{f' ({sizes})' if sizes else ''}, {record.platform} on {record.machine.get('name', 'an unnamed machine')}"
    )
    eager = record.verdict.speedup.get("eager")
    speed = f"{eager.median:.2f}x torch eager (99 % interval {eager.low:.2f} to {eager.high:.2f})" if eager else "no time was measured"
    return f"{record.verdict.status}: {speed}, {where}."


def limits(record: Record, task: Task, frozen: dict[str, int]) -> str:
    """Outside which tensors the reference computes."""
    parts = ["other dtypes, devices and ranks" if task.axes else "other dtypes, devices and shapes"]
    parts += [f"not {c}" for c in (*task.constraints, *record.candidate.requires)]
    parts += [f"{a} other than {v}" for a, v in frozen.items()]
    return ", ".join(parts)


def module_text(record: Record, task: Task, machine: Machine, threads: int, workspace: bool) -> str:
    """Source of `<entry>.py`. Raises `UserError` where sizes cannot be read from tensors."""
    names = [identifier(t.name) for t in task.inputs]
    inouts = [identifier(t.name) for t in task.tensors if t.role == "inout"]
    outs = [t for t in task.tensors if t.role == "out"]
    dtypes = {t.name: DTYPES[t.dtype].torch for t in task.tensors}
    frozen = {a: task.sizes(record.profile)[a] for a in task.fixed}
    function = identifier(task.op)
    axis = axes.axis_names(task)
    shapes = axes.shapes(task)
    mutable = iter("abcdefghijklmnopqrstuvw")
    schema = ", ".join(f"Tensor({next(mutable)}!) {n}" if n in inouts else f"Tensor {n}" for n in names)
    returns = "()" if not outs else "Tensor" if len(outs) == 1 else f"({', '.join(['Tensor'] * len(outs))})"
    pointers = [f"{identifier(t.name)}.data_ptr()" for t in task.tensors]
    scalars = [repr(int(s.value) if isinstance(s.value, bool) else s.value) for s in task.scalars]
    lines = axes.body(task, record.candidate.requires, frozen)
    weights = weight_map(task)
    return template(
        "module.py.j2",
        task=task,
        version=kernelmill.__version__,
        headline=headline(record, task),
        entry=task.entry,
        function=function,
        operator=f"{function}_{record.candidate.id[:8]}",
        names=names,
        results=", ".join(identifier(t.name) for t in outs) or "_",
        limits=limits(record, task, frozen),
        inouts=inouts,
        candidate=record.candidate.id,
        record=record.hash,
        threads=threads,
        isa=json.dumps(machine.isa),
        blocktime=0,
        workspace=workspace,
        axes=[axis[a] for a in task.axes],
        axes_body=lines,
        argtypes=[_CTYPES.get(p.c, "ctypes.c_void_p") for p in parameters(task)] + ["ctypes.c_void_p"] * workspace,
        dtype_checks=[f"{identifier(t.name)}.dtype is not torch.{dtypes[t.name]}" for t in task.inputs],
        device_checks=[f'{n}.device.type == "cpu"' for n in names],
        outputs=[(name, shape, dtypes[t.name]) for (name, shape), t in zip(shapes, outs, strict=True)],
        call=pointers + [axis[a] for a in task.axes] + scalars + ["scratch.data_ptr()"] * workspace,
        schema=f"{schema}) -> {returns}",
        fake_body=_fake_body(lines),
        fake_results=[f"{names[0]}.new_empty({shape}, dtype=torch.{dtypes[t.name]})" for (_, shape), t in zip(shapes, outs, strict=True)],
        model=task.reference.entry if weights is not None else "",
        forward=[identifier(n) for n in _arguments(task)],
        forward_call=[_attribute(weights[t.name]) if weights and t.name in weights else identifier(t.name) for t in task.inputs],
    )


def _fake_body(lines: list[str]) -> list[str]:
    """The assignments alone: sizes may be symbolic in a fake kernel, and checks would pin them."""
    return [line for line in lines if re.match(r"\w+ = ", line)]


def _arguments(task: Task) -> list[str]:
    return [t.name for t in task.inputs if not t.weight]


def _attribute(path: str) -> str:
    """`net.0.weight` -> `self.net[0].weight`."""
    return "self" + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))


def weight_map(task: Task) -> dict[str, str] | None:
    """Tensor of the task -> its name in the module; None for a reference that is a function."""
    if task.reference.kind != "module":
        return None
    from kernelmill.tasks.module import construct, weight_names
    from kernelmill.tasks.reference import load

    module = construct(load(task.reference), task.reference.entry, task.reference.eval_mode)
    names = weight_names(module, _arguments(task))
    wanted = {t.name for t in task.inputs if t.weight}
    if not wanted <= set(names):
        raise UserError(f"{task.name} cannot be exported: no weight for {', '.join(sorted(wanted - set(names)))}")
    return {name: original for name, original in names.items() if name in wanted}


def reference_text(task: Task) -> str:
    """Source of `<entry>_reference.py`."""
    from kernelmill.tasks.reference import text

    weights = weight_map(task)
    source = text(task.reference)
    if not re.search(r"(?m)^import torch\b(?! *\.)", source):
        source = "import torch\n" + source
    scalars = "".join(f", {s.name}={s.value!r}" for s in task.scalars)
    return template(
        "reference.py.j2",
        task=task,
        source=source,
        model=task.reference.entry if weights is not None else "",
        eval_mode=task.reference.eval_mode,
        names=[t.name for t in task.inputs],
        weights=weights or {},
        arguments=_arguments(task),
        function=task.reference.entry,
        scalars=scalars,
    )
