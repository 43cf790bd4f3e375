"""Tensors of a task as one line of text: `x[N,M], target[N]:i64, inout p[N] -> y[]`.

Dimensions are formulas over axes, `[]` is a 0-d tensor, `:dtype` stands after the brackets (`f32` where it is missing), `weight` before a
name marks a parameter of a module, `inout` a tensor that is updated.
"""

from __future__ import annotations

import re

from kernelmill.core import formula
from kernelmill.core.errors import UserError
from kernelmill.core.task import Role, Tensor

_TENSOR = re.compile(r"(?:(?P<mark>inout|weight)\s+)?(?P<name>[A-Za-z_]\w*)\s*\[(?P<dims>[^\]]*)\]\s*(?::\s*(?P<dtype>\w+))?")


def _split(text: str, opening: str = "[(", closing: str = "])") -> list[str]:
    """Parts between commas outside of any bracket."""
    parts, depth, part = [], 0, ""
    for ch in text:
        depth += (ch in opening) - (ch in closing)
        if ch == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += ch
    return [p.strip() for p in [*parts, part] if p.strip()]


def _tensor(text: str, role: Role) -> Tensor:
    m = _TENSOR.fullmatch(text)
    if m is None or (m["mark"] and role == "out"):
        raise UserError("cannot read the tensor", expected="name[dims]:dtype, for example 'x[N,M]' or 'inout p[N]'", got=text)
    shape = tuple(int(d) if d.isdigit() else d for d in _split(m["dims"]))
    for d in shape:
        formula.names(d)
    if m["mark"] == "inout":
        role = "inout"
    return Tensor(m["name"], shape, role, m["dtype"] or "f32", weight=m["mark"] == "weight")


def parse(text: str) -> tuple[Tensor, ...]:
    """Tensors in calling order: inputs, in-outs, outputs. Raises `UserError` for text that is not a signature."""
    left, arrow, right = text.partition("->")
    if not arrow:
        raise UserError("a signature needs '->'", expected="inputs -> outputs", got=text)
    return (*(_tensor(t, "in") for t in _split(left)), *(_tensor(t, "out") for t in _split(right)))


def show(tensors: tuple[Tensor, ...]) -> str:
    """The text that `parse` reads back."""

    def one(t: Tensor) -> str:
        mark = "inout " if t.role == "inout" else "weight " if t.weight else ""
        return f"{mark}{t.name}[{','.join(str(d) for d in t.shape)}]" + ("" if t.dtype == "f32" else f":{t.dtype}")

    left = ", ".join(one(t) for t in tensors if t.role != "out")
    right = ", ".join(one(t) for t in tensors if t.role == "out")
    return f"{left} -> {right}".strip()
