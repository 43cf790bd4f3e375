"""Generated Python that reads the sizes of the axes from tensors and says whether the kernel was proven for them."""

from __future__ import annotations

import ast
import re

from kernelmill.core import formula
from kernelmill.core.errors import UserError
from kernelmill.core.signature import identifier
from kernelmill.core.task import Task


def solve(dim: str, size: str, axis: str) -> str | None:
    """Python for `axis`, given that the formula `dim` over that axis alone equals `size`; None where it is not that simple.

    Linear formulas only: the value at 0 and the step decide, and the caller checks the formula again with what it found.
    """
    try:
        at = [formula.evaluate(dim, {axis: value}) for value in (0, 1, 2, 7)]
    except (UserError, ZeroDivisionError):
        return None
    step = at[1] - at[0]
    if step <= 0 or at[2] != at[0] + 2 * step or at[3] != at[0] + 7 * step:
        return None
    left = size if at[0] == 0 else f"({size} - {at[0]})"
    return left if step == 1 else f"{left} // {step}"


def _python(text: str, names: dict[str, str]) -> str:
    """A formula in Python, over the generated names of the axes."""
    tree = ast.parse(text.strip(), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree)


def axis_names(task: Task) -> dict[str, str]:
    """Axis -> Python name, distinct from every tensor's."""
    taken = {identifier(t.name) for t in task.tensors}
    return {a: f"{identifier(a)}_" if identifier(a) in taken else identifier(a) for a in task.axes}


def body(task: Task, requires: tuple[str, ...], fixed: dict[str, int]) -> list[str]:
    """Lines of `def _axes(inputs)`: returns the axes as a tuple, or None where the kernel was not proven for these tensors.

    `fixed`: axes that the judge did not vary. Raises `UserError` when an axis cannot be read from the inputs.
    """
    names = axis_names(task)
    lines = [f"if {' or '.join(f'{identifier(t.name)}.dim() != {len(t.shape)}' for t in task.inputs)}:", "    return None"]
    known: set[str] = set()
    checks: list[str] = []
    left: list[tuple[str, str]] = []
    for t in task.inputs:
        for place, dim in enumerate(t.shape):
            size = f"{identifier(t.name)}.shape[{place}]"
            if isinstance(dim, str) and dim in task.axes and dim not in known:
                known.add(dim)
                lines.append(f"{names[dim]} = {size}")
            else:
                left.append((str(dim), size))
    for dim, size in left:
        unknown_axes = [a for a in formula.names(dim) if a not in known]
        if len(unknown_axes) == 1 and len(formula.names(dim)) == 1 and (found := solve(dim, size, unknown_axes[0])):
            known.add(unknown_axes[0])
            lines.append(f"{names[unknown_axes[0]]} = {found}")
        checks.append(f"{size} == {_python(dim, names)}")
    missing = [a for a in task.axes if a not in known]
    if missing:
        raise UserError(f"{task.name} cannot be exported: the sizes of {', '.join(missing)} cannot be read from the inputs")
    checks += [f"{names[a]} == {v}" for a, v in fixed.items()]
    checks += [_python(c, names) for c in (*task.constraints, *requires)]
    if checks:
        joined = " and ".join(f"({c})" if re.search(r"\bor\b", c) else c for c in dict.fromkeys(checks))
        lines += [f"if not ({joined}):", "    return None"]
    values = ", ".join(names[a] for a in task.axes)
    return [*lines, f"return ({values},)" if task.axes else "return ()"]


def shapes(task: Task) -> list[tuple[str, str]]:
    """(tensor, Python for its shape over the generated axis names) for every output that is no in-out."""
    names = axis_names(task)
    return [(identifier(t.name), _tuple([_python(str(d), names) for d in t.shape])) for t in task.tensors if t.role == "out"]


def _tuple(parts: list[str]) -> str:
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
