"""The calling convention as text: what a kernel for a task must look like, for C and for Python.

Tensors in declared order, then every axis as `int64_t`, then the scalar attributes, then, if the candidate exports `<entry>_workspace`,
a last `void* workspace`. A platform prints this; a person or a model learns it nowhere else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Task, Tensor

_RESERVED = frozenset(
    """
    alignas alignof and asm auto bool break case catch char class const continue default delete do double else enum export extern
    false float for friend goto if inline int long mutable namespace new not nullptr operator or private protected public register
    restrict return short signed sizeof static struct switch template this throw true try typedef typename union unsigned using
    virtual void volatile while workspace xor lambda def import from pass raise yield with is in None True False
    """.split()  # noqa: SIM905
)


class Parameter(NamedTuple):
    """One parameter of a kernel."""

    name: str
    """A C and Python identifier, unique in the signature."""
    c: str
    """C type: `const float*`, `int64_t`, `double`."""
    role: str
    """`in`, `inout`, `out`, `axis` or `scalar`."""
    shape: str = ""
    """`[N, M]`; empty for an axis or a scalar."""
    source: str = ""
    """Name in the task."""


def identifier(name: str) -> str:
    """`fc.weight` -> `fc_weight`; a keyword or a leading digit gets an underscore."""
    text = re.sub(r"\W", "_", name, flags=re.ASCII)
    return text + "_" if text in _RESERVED else "_" + text if text[:1].isdigit() else text


def shape_text(tensor: Tensor) -> str:
    """`[N, M]`, and `[]` for a pointer to one element."""
    return f"[{', '.join(str(d) for d in tensor.shape)}]"


def parameters(task: Task) -> tuple[Parameter, ...]:
    """Every parameter in order; where an axis or scalar shares the name of a tensor, the later one gets an underscore."""
    taken: set[str] = set()
    found: list[Parameter] = []

    def add(source: str, c: str, role: str, shape: str = "") -> None:
        name = identifier(source)
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(Parameter(name, c, role, shape, source))

    for t in task.tensors:
        add(t.name, ("const " if t.role == "in" else "") + DTYPES[t.dtype].c + "*", t.role, shape_text(t))
    for axis in task.axes:
        add(axis, "int64_t", "axis")
    for s in task.scalars:
        add(s.name, s.c, "scalar")
    return tuple(found)


def prototype(task: Task, entry: str = "", workspace: bool = False) -> str:
    """The C declaration on one line, without a semicolon: `void km_relu(const float* x, float* y, int64_t N)`."""
    parts = [f"{p.c} {p.name}" for p in parameters(task)]
    return f"void {entry or task.entry}({', '.join(parts + ['void* workspace'] * workspace)})"


def workspace_prototype(task: Task, entry: str = "") -> str:
    """The optional function that says how many bytes of workspace a call needs."""
    axes = ", ".join(f"{p.c} {p.name}" for p in parameters(task) if p.role == "axis")
    return f"int64_t {entry or task.entry}_workspace({axes or 'void'})"


def c_header(task: Task) -> str:
    """A C and C++ header for kernels of a task: prototype, shapes, roles, sizes and the reference."""
    guard = re.sub(r"\W", "_", f"KERNELMILL_{task.entry}_H").upper()
    lines = [f"/* {task.name}" + (f": {_comment(task.doc)}" if task.doc else "")]
    for p in parameters(task):
        if p.role in ("in", "inout", "out"):
            note = {"in": "read only", "inout": "read, then overwritten", "out": "holds poison on entry"}[p.role]
            lines.append(f"   {p.role:5} {p.c.removeprefix('const '):9} {p.name}{p.shape}: {note}")
    lines += [f"   axis  int64_t   {p.name}" for p in parameters(task) if p.role == "axis"]
    for s in task.scalars:
        lines.append(f"   scalar {s.c} {identifier(s.name)} = {s.value!r}")
    if task.constraints:
        lines.append(f"   always {', '.join(task.constraints)}")
    for name, sizes in task.profiles.items():
        lines.append(f"   profile {name}: {' '.join(f'{k}={v}' for k, v in sizes.items())}")
    lines += [
        "   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.",
        "   The entry is reentrant and keeps nothing between calls. */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "#include <stdint.h>",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        "#ifndef KM_WORKSPACE",
        *_wrap(prototype(task)),
        "#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */",
        *_wrap(prototype(task, workspace=True)),
        workspace_prototype(task) + ";",
        "#endif",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "#endif",
    ]
    if task.reference.source:
        lines += ["", "/* Reference:", *(("   " + _comment(row)).rstrip() for row in shown_reference(task).splitlines()), "*/"]
    return "\n".join(lines) + "\n"


def shown_reference(task: Task) -> str:
    """The reference's source without the functions that only the judge calls: the shadow of the error bound and an eager form."""
    hidden = tuple(f"def {name}(" for name in (task.numerics.shadow, f"{task.reference.entry}_eager") if name)
    parts = re.split(r"\n(?=def |class |@)", "\n" + task.reference.source)
    return "\n".join(p for p in parts if not p.startswith(hidden)).strip()


def python_header(task: Task) -> str:
    """The Python form of the signature: takes inputs and in-outs, returns in-outs and outputs in declared order."""
    arguments = [p for p in parameters(task) if p.role in ("in", "inout")]
    results = [p for p in parameters(task) if p.role in ("inout", "out")]
    call = ", ".join([p.name for p in arguments] + [f"{identifier(s.name)}={s.value!r}" for s in task.scalars])
    dtypes = {t.name: DTYPES[t.dtype].torch for t in task.tensors}
    lines = [f"# {task.name}" + (f": {task.doc.strip()}" if task.doc else "").replace("\n", "\n# ")]
    lines += [f"#   {p.name}: torch.{dtypes[p.source]} {p.shape} ({p.role})" for p in arguments]
    returns = ", ".join(f"{p.name}: torch.{dtypes[p.source]} {p.shape}" for p in results)
    lines += ["import torch", "", f"def {task.entry}({call}):", f"    ...  # return {returns}"]
    if task.reference.kind == "module":
        lines.append(f"# or: class ModelNew(torch.nn.Module) with the constructor of `{task.reference.entry}`; weights are copied by name")
    return "\n".join(lines) + "\n"


def _wrap(declaration: str) -> list[str]:
    """One line, or one line per parameter where it would be longer than 120 columns."""
    if len(declaration) <= 120:
        return [declaration + ";"]
    head, _, rest = declaration.partition("(")
    return [head + "(", *(f"    {part}" for part in rest.removesuffix(")").replace(", ", ",\n").split("\n")), ");"]


def _comment(text: str) -> str:
    return text.strip("\n").replace("*/", "* /").replace("/*", "/ *")
