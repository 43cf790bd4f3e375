"""What cannot be a loop program is refused by name, with the place where it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from cases import Case
from test_lower_table import task_of

from kernelmill.core.errors import UserError
from kernelmill.core.task import Family, Reference, Task
from kernelmill.mill.lower import decompose, export, lower, ops
from kernelmill.mill.lower.context import LOWERINGS
from kernelmill.tasks import reference
from kernelmill.tasks.files import load_file
from kernelmill.tasks.signature import parse


def message(signature: str, function: Callable[..., Any]) -> str:
    task = task_of(Case("bad", signature, function))
    with pytest.raises(UserError) as caught:
        lower(task, export(task, lambda tensors: (function(*tensors),)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (lambda x: F.dropout(x, 0.5), "aten.dropout"),
        (lambda x: x + torch.rand_like(x), "aten.rand_like"),
        (lambda x: torch.bernoulli(x.sigmoid()), "aten.bernoulli"),
        (lambda x: x * x.sum().item(), "item"),
        (lambda x: x.sort(1)[0], "aten.sort"),
        (lambda x: torch.linalg.qr(x)[0], "aten.linalg_qr"),
        (lambda x: x @ torch.linalg.inv(x.T @ x), "aten._linalg_check_errors"),
    ],
)  # fmt: skip
def test_operation_is_named(function: Callable[..., Any], operation: str) -> None:
    assert operation in message("x[N,4] -> y[N,4]", function)


def test_a_branch_on_data_is_explained() -> None:
    text = message("x[N,4] -> y[N,4]", lambda x: x if bool(x.sum() > 0) else -x)
    assert "torch cannot export" in text and "do not depend on the values" in text


def source_task(source: str, signature: str) -> Task:
    tensors = parse(signature)
    return Task("case/source", ("N",), tensors, Reference(source, "f"), "1", {"ci": {"N": 8}, "cpu": {"N": 12}}, (Family("normal", ()),))


def test_the_line_of_the_reference_is_given() -> None:
    task = source_task("import torch\n\ndef f(x):\n    y = x * 2\n    return y.sort(1)[0]\n", "x[N,4] -> y[N,4]")
    with pytest.raises(UserError, match="the reference:5 in f"):
        lower(task, export(task, reference.bind(task)))


FILE = """import torch
from torch import nn

class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTM(4, 4)

    def forward(self, x):
        return {expression}

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()

    def forward(self, x):
        return self.inner(x)

def get_inputs():
    return [torch.randn(3, 2, 4)]
"""


@pytest.mark.parametrize(("expression", "operation"), [("x.sort(1)[0]", "aten.sort"), ("self.cell(x)[0]", "aten.lstm.input: recurrent")])
def test_a_file_is_named_with_its_line(tmp_path: Path, expression: str, operation: str) -> None:
    path = tmp_path / "sorter.py"
    path.write_text(FILE.format(expression=expression))
    task = load_file(path)
    with pytest.raises(UserError) as caught:
        lower(task, export(task, reference.bind(task)))
    assert operation in str(caught.value)
    assert f"{path}:10 in forward" in str(caught.value)


def test_a_size_read_into_python_is_pinned_to_the_profile() -> None:
    task = source_task("import torch\n\ndef f(x):\n    return x * int(x.shape[0])\n", "x[N,4] -> y[N,4]")
    program = lower(task, export(task, reference.bind(task)))
    assert program.requires == ("N == 12",)


def test_a_large_constant_is_refused() -> None:
    large = torch.arange(64.0)
    assert "constant of shape (64,)" in message("x[N,64] -> y[N,64]", lambda x: x * large)


def test_what_is_kept_whole_has_a_lowering() -> None:
    ops.load()
    assert set(decompose.WHOLE) <= {name.split(".")[1] for name in LOWERINGS}
