"""What is refused by name, and where in the reference an operation stands."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.utils._python_dispatch import TorchDispatchMode

from kernelmill.core.errors import UserError

_RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell")
_FILE = re.compile(r'File "([^"]+)", line (\d+), in (\w+)')
_HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Source:
    """The reference's own text, as messages name it."""

    path: str = ""
    """File that the user gave, if any."""
    lines: Mapping[str, str] = field(default_factory=dict[str, str])
    """Operation -> the line of a plain function that first calls it (torch remembers lines of modules only)."""

    def where(self, node: torch.fx.Node) -> str:
        """Source line of a node, else the line that calls its operation, else the module's qualified name, else the node's name."""
        frames = [f for f in _FILE.findall(node.meta.get("stack_trace") or "") if _foreign(f[0])]
        stack = node.meta.get("nn_module_stack") or {}
        module = next((str(entry[0]) for entry in reversed(list(stack.values())) if entry[0]), "")
        line = _line(*frames[-1]) if frames else self.lines.get(operation(node), "")
        text = line + f" (module {module})" * bool(module) if line else f"module {module}" if module else f"node {node.name}"
        return re.sub(r"<kernelmill_reference_\w+>", self.path or "the reference", text)


def _foreign(file: str) -> bool:
    """Whether a file is neither torch's nor ours."""
    return "/torch/" not in file and not file.startswith(_HERE)


def _line(file: str, number: str | int, function: str) -> str:
    return f"{file}:{number} in {function}"


class Lines(TorchDispatchMode):
    """Records where each operation is called first."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        frames = [f for f in traceback.extract_stack(limit=40) if f.filename.startswith("<kernelmill_reference")]
        if frames:
            self.found.setdefault(str(func), _line(frames[-1].filename, frames[-1].lineno or 0, frames[-1].name))
        return func(*args, **(kwargs or {}))


def operation(node: torch.fx.Node) -> str:
    """`aten.add.Tensor`; the name of a Python function or higher-order operation for anything else."""
    target: Any = node.target
    return str(target) if isinstance(target, torch._ops.OpOverload) else getattr(target, "__name__", str(target))


def check_before(exported: ExportedProgram, source: Source) -> None:
    """Refuse, before decomposition hides their names, recurrent layers, random numbers and values read into Python."""
    for node in exported.graph.nodes:
        if node.op == "call_function":
            check(node, source)


def check(node: torch.fx.Node, source: Source) -> None:
    """Raise `UserError` if the operation can never be a loop program."""
    name = operation(node)
    word = name.split(".")[1] if name.startswith("aten.") else name
    if word in _RECURRENT:
        raise UserError(f"cannot lower {name}: recurrent layers have no loop program", got=source.where(node),
                        hint="use --platform torch, or write the cell out as matrix products")  # fmt: skip
    if word in ("_local_scalar_dense", "item"):
        raise UserError(f"cannot lower {name}: a value is read from a tensor into Python", got=source.where(node),
                        expected="a reference that keeps values in tensors")  # fmt: skip
    tags = getattr(node.target, "tags", ())
    if torch.Tag.nondeterministic_seeded in tags and not _harmless(node, word):
        raise UserError(f"cannot lower {name}: it draws random numbers, so that no kernel can be compared with it", got=source.where(node),
                        hint="put the module into eval mode (--eval), or remove the random operation")  # fmt: skip


def _harmless(node: torch.fx.Node, word: str) -> bool:
    """Dropout that is off, and attention without dropout, carry the tag but draw nothing."""
    args, kwargs = node.args, node.kwargs
    if word in ("dropout", "feature_dropout", "alpha_dropout", "native_dropout"):
        share, train = args[1] if len(args) > 1 else 0.5, args[2] if len(args) > 2 else kwargs.get("train", True)
        return not train or bool(share == 0.0)
    if word == "scaled_dot_product_attention":
        return bool((args[4] if len(args) > 4 else kwargs.get("dropout_p", 0.0)) == 0.0)
    if word == "rrelu":
        return not (args[3] if len(args) > 3 else kwargs.get("training", False))
    return word.startswith("_scaled_dot_product") or "batch_norm" in word
