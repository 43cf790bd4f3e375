"""Element types: promotion as torch does it, half precision computed in f32 and rounded once. Compiled, since Python has no bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import compiled
import numpy as np
import pytest
import torch
from cases import Case
from test_lower_table import results, task_of

from kernelmill.core.dtypes import DTYPES
from kernelmill.mill.lower import export, lower


def compute(signature: str, function: Callable[..., Any], inputs: list[torch.Tensor], axes: dict[str, int]) -> list[torch.Tensor]:
    """Outputs of the lowered, printed and compiled program."""
    case = Case("typed", signature, function)
    task = task_of(case)
    program = lower(task, export(task, lambda tensors: results(case, tensors)))
    given = iter(inputs)
    tensors = [
        torch.zeros(t.dims(axes), dtype=getattr(torch, DTYPES[t.dtype].torch)) if t.role == "out" else next(given).clone()
        for t in task.tensors
    ]
    arrays = {b.name: _bits(x) for b, x in zip(program.params, tensors, strict=True)}
    compiled.call(program, arrays, {a: axes[a] for a in program.axes})
    return [x for x, t in zip(tensors, task.tensors, strict=True) if t.role != "in"]


def _bits(x: torch.Tensor) -> np.ndarray:
    """The same memory as an array that numpy can hold."""
    if x.dtype in (torch.float16, torch.bfloat16):
        return x.view(torch.int16).numpy().view(np.uint16)
    return x.numpy().view(np.uint8) if x.dtype is torch.bool else x.numpy()


HALF = {"f16": torch.float16, "bf16": torch.bfloat16}


@pytest.mark.parametrize("name", HALF)
def test_half_precision_rounds_where_torch_does(name: str) -> None:
    x, z = torch.randn(2, 5, 7).to(HALF[name])

    def function(x: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return x * z + 1, torch.relu(x) / 3, x.to(torch.float32) + z, x > z, x.sum(1), torch.softmax(x, 1)

    outs = "a[N,M]:H, b[N,M]:H, c[N,M], d[N,M]:bool, e[N]:H, f[N,M]:H".replace("H", name)
    got = compute(f"x[N,M]:{name}, z[N,M]:{name} -> {outs}", function, [x, z], {"N": 5, "M": 7})
    for mine, theirs in zip(got[:4], function(x, z)[:4], strict=True):
        assert torch.equal(mine, theirs)
    for mine, theirs in zip(got[4:], function(x, z)[4:], strict=True):
        assert torch.allclose(mine.float(), theirs.float(), rtol=2e-2 if name == "bf16" else 2e-3, atol=1e-2)


def test_integers_and_floats_promote_as_in_torch() -> None:
    i = torch.tensor([-7, -1, 0, 3, 9])
    j = torch.tensor([2, -3, 5, 2, 4], dtype=torch.int32)
    x = torch.tensor([0.5, -1.5, 2.5, 3.5, -0.5])

    def function(i: torch.Tensor, j: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (i / j, i // j, torch.remainder(i, j), torch.div(i, j, rounding_mode="trunc"), i * 0.5, x + j, i > x, (i > 0) + j,
                torch.round(x), i.clamp(-2, 4), torch.where(i > 0, i, x), x.to(torch.int64), (x != 0).sum(), i.float().mean())  # fmt: skip

    want = function(i, j, x)
    names = {v: k for k, v in ((d.name, getattr(torch, d.torch)) for d in DTYPES.values())}
    outs = ", ".join(f"o{n}[{'N' if w.dim() else ''}]:{names[w.dtype]}" for n, w in enumerate(want))
    got = compute(f"i[N]:i64, j[N]:i32, x[N] -> {outs}", function, [i, j, x], {"N": 5})
    for n, (mine, theirs) in enumerate(zip(got, want, strict=True)):
        assert torch.equal(mine, theirs), n


def test_double_precision() -> None:
    x = torch.randn(5, 7, dtype=torch.float64)
    function = lambda x: torch.nn.functional.layer_norm(x, x.shape[1:]) @ x.T  # noqa: E731
    got = compute("x[N,M]:f64 -> y[N,N]:f64", function, [x], {"N": 5, "M": 7})
    assert torch.allclose(got[0], function(x), rtol=1e-12, atol=1e-12)
