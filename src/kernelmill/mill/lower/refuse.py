"""What is refused by name, and where in the reference an operation stands."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch.export import ExportedProgram

from kernelmill.core.errors import UserError

_RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell")
_FILE = re.compile(r'File "([^"]+)", line (\d+), in (\w+)')


def where(node: torch.fx.Node) -> str:
    """Source line of a node, else the module's qualified name, else the node's name."""
    frames = [f for f in _FILE.findall(node.meta.get("stack_trace") or "") if "/torch/" not in f[0] and "kernelmill/" not in f[0]]
    stack = node.meta.get("nn_module_stack") or {}
    path = next((str(entry[0]) for entry in reversed(list(stack.values())) if entry[0]), "")
    if frames:
        file, line, function = frames[-1]
        return f"{file}:{line} in {function}" + (f" (module {path})" if path else "")
    return f"module {path}" if path else f"node {node.name}"


def operation(node: torch.fx.Node) -> str:
    """`aten.add.Tensor`; the name of a Python function or higher-order operation for anything else."""
    target: Any = node.target
    return str(target) if isinstance(target, torch._ops.OpOverload) else getattr(target, "__name__", str(target))


def check_before(exported: ExportedProgram) -> None:
    """Refuse, before decomposition hides their names, recurrent layers, random numbers and values read into Python."""
    for node in exported.graph.nodes:
        if node.op == "call_function":
            check(node)


def check(node: torch.fx.Node) -> None:
    """Raise `UserError` if the operation can never be a loop program."""
    name = operation(node)
    word = name.split(".")[1] if name.startswith("aten.") else name
    if word in _RECURRENT:
        raise UserError(f"cannot lower {name}: recurrent layers have no loop program", got=where(node),
                        hint="use --platform torch, or write the cell out as matrix products")  # fmt: skip
    if word in ("_local_scalar_dense", "item"):
        raise UserError(f"cannot lower {name}: a value is read from a tensor into Python", got=where(node),
                        expected="a reference that keeps values in tensors")  # fmt: skip
    tags = getattr(node.target, "tags", ())
    if torch.Tag.nondeterministic_seeded in tags and not _harmless(node, word):
        raise UserError(f"cannot lower {name}: it draws random numbers, so that no kernel can be compared with it", got=where(node),
                        hint="put the module into eval mode (--eval), or remove the random operation")  # fmt: skip


def _harmless(node: torch.fx.Node, word: str) -> bool:
    """Dropout that is off, and attention without dropout, carry the tag but draw nothing."""
    args, kwargs = node.args, node.kwargs
    if word in ("dropout", "feature_dropout", "alpha_dropout", "native_dropout"):
        share, train = args[1] if len(args) > 1 else 0.5, args[2] if len(args) > 2 else kwargs.get("train", True)
        return not train or share == 0.0
    if word == "scaled_dot_product_attention":
        return (args[4] if len(args) > 4 else kwargs.get("dropout_p", 0.0)) == 0.0
    if word == "rrelu":
        return not (args[3] if len(args) > 3 else kwargs.get("training", False))
    return word.startswith("_scaled_dot_product") or "batch_norm" in word
