"""In-out tensors hold their old contents for as long as somebody reads them; outputs are written by the operation that makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from cases import Case
from lowered import double, draw, run, small_sizes, worst
from test_lower_table import results, task_of

from kernelmill.mill import Program
from kernelmill.mill.lower import export, lower

ONE = "inout x[N,M] ->"
TWO = "inout x[N,M], inout z[N,M] ->"


def momentum(x: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    z = 0.9 * z + x
    return x - 0.1 * z, z


CASES = [
    Case("swap", TWO, lambda x, z: (z, x)),
    Case("swap_sum", TWO, lambda x, z: (x + z, x - z)),
    Case("rotate_views", TWO, lambda x, z: (z.flip(0), x.flip(1))),
    Case("unchanged", TWO, lambda x, z: (x, z + x)),
    Case("momentum", TWO, momentum),
    Case("mirror", ONE, lambda x: x.flip(0)),
    Case("mirror_add", ONE, lambda x: x + x.flip(1)),
    Case("softmax", ONE, lambda x: torch.softmax(x, 1)),
    Case("column_sum", ONE, lambda x: x + x.sum(0)),
    Case("rotate", ONE, lambda x: torch.cat([x[1:], x[:1]])),
    Case("cumulate", ONE, lambda x: torch.cumsum(x, 0)),
    Case("transpose", "inout x[N,N] ->", lambda x: x.T),
    Case("matmul", "a[N,N], inout x[N,N] ->", lambda a, x: a @ x),
    Case("transposed_add", "inout x[N,N] ->", lambda x: x + x.T),
    Case("scattered", "i[K]:i64, inout x[N,M] ->", lambda i, x: torch.index_put(x, (i,), x[:1].expand(i.shape[0], -1))),
    Case("norm_and_state", "x[N,M], inout s[M] -> y[N,M]", lambda x, s: (0.9 * s + 0.1 * x.mean(0), x - s)),
]


def lowered(case: Case) -> Program:
    task = task_of(case)
    return lower(task, export(task, lambda tensors: results(case, tensors)))


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_old_contents_are_read(case: Case) -> None:
    task, program = task_of(case), lowered(case)
    sizes = small_sizes(task, (5, 3, 4))
    inputs = draw(task, sizes)
    assert worst(run(task, program, sizes, inputs), results(case, double(inputs))) < 2e-6


def temporaries(signature: str, function: Callable[..., Any]) -> list[str]:
    return [b.name for b in lowered(Case("count", signature, function)).temps]


def test_the_last_operation_writes_the_output_itself() -> None:
    assert temporaries("x[N,M] -> y[M,N]", lambda x: torch.relu(x).T.contiguous()) == []
    assert temporaries("x[N,M] -> y[N*M]", lambda x: torch.relu(x).view(-1)) == []
    assert temporaries("a[B,M,K], b[K,N] -> y[B,M,N]", lambda a, b: a @ b) == []
    assert temporaries("x[N,M] -> y[1,N]", lambda x: x.sum(1).unsqueeze(0)) == []


def test_an_elementwise_update_needs_no_copy() -> None:
    assert temporaries(ONE, lambda x: x * 2) == []
    assert temporaries(TWO, lambda x, z: (x + z, z)) == []
    assert temporaries(ONE, lambda x: x.flip(0)) != []


def test_equal_operations_are_computed_once() -> None:
    assert len(temporaries("x[N,M] -> y[N,M]", lambda x: torch.exp(x) + torch.exp(x) * 2)) == 2


def test_nothing_is_computed_that_nobody_reads() -> None:
    assert temporaries("x[N,M] -> y[N]", lambda x: (torch.exp(x), x.sum(1))[1]) == []


def test_views_and_constants_need_no_memory() -> None:
    def masked(x: torch.Tensor) -> torch.Tensor:
        mask = torch.ones_like(x).tril() > 0
        return torch.where(mask, x, -1.0).T.unsqueeze(1).expand(-1, 2, -1)

    program = lowered(Case("masked", "x[N,M] -> y[M,2,N]", masked))
    assert len(program.temps) == 1  # the choice itself: neither ones, triangle nor comparison
