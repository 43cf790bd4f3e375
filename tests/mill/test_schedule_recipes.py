"""The recipes of the author `schedule`: what comes first suits the sizes, and every beginning computes what the program computes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import compiled
import numpy as np
import pytest

from kernelmill.authors.schedule.space import beginnings
from kernelmill.mill import Program, parse, print_c
from kernelmill.platforms import machine

SUM = """
program product
axis M, K, N
in a: f32[M, K]
in b: f32[{right}]
out c: f32[M, N]
reducer add(x: f32; y: f32) = (x + y) identity (0.0) associative commutative
kernel product
  for i < M
    for j < N
      c[i, j] = 0.0
      for k < K
        reduce add c[i, j] <- a[i, k] * b[{index}]
"""
PRODUCTS = {"plain": SUM.format(right="K, N", index="k, j"), "transposed": SUM.format(right="N, K", index="j, k")}
WIDE, LONG = {"M": 1024, "K": 1024, "N": 1024}, {"M": 64, "K": 16384, "N": 64}


def first(program: Program, sizes: Mapping[str, int], count: int):
    return [d for d, _ in itertools.islice(beginnings(program, machine.detect(), random.Random(3), sizes), count)]


def test_a_long_sum_is_shared_in_pieces() -> None:
    program = parse(PRODUCTS["plain"])
    assert any(m.startswith("rfactor c") for m in first(program, LONG, 1)[0].moves)
    assert not any(m.startswith("rfactor") for d in first(program, WIDE, 4) for m in d.moves)


def test_a_factor_with_strided_columns_is_packed() -> None:
    (draft,) = first(parse(PRODUCTS["transposed"]), WIDE, 1)
    assert any(m.startswith("stage b ") for m in draft.moves)


def test_every_thread_packs_and_multiplies_alone() -> None:
    program = parse(PRODUCTS["plain"])
    for sizes, shared in ((WIDE, "jc"), (LONG, "kt"), ({"M": 8192, "K": 32, "N": 64}, "ic")):
        draft = first(program, sizes, 1)[0]
        assert f"parallelize {shared}" in draft.moves
        assert any(m.startswith("ahead a io in ki") for m in draft.moves)
        assert print_c(draft.program).count("#pragma omp") == 1


BIASED = SUM.format(right="K, N", index="k, j").replace("out c: f32[M, N]", "in w: f32[N]\nout y: f32[M, N]\ntemp c: f32[M, N]") + (
    "  for i1 < M\n    for j1 < N\n      y[i1, j1] = c[i1, j1] + w[j1]\n"
)


@pytest.mark.parametrize("sizes", [WIDE, {"M": 8192, "K": 32, "N": 64}], ids=["columns", "rows"])
def test_what_is_made_of_a_product_joins_its_parallel_region(sizes: Mapping[str, int]) -> None:
    (draft,) = first(parse(BIASED), sizes, 1)
    assert print_c(draft.program).count("#pragma omp") == 1
    rng = np.random.default_rng(2)
    a, b, w = (rng.standard_normal(shape, np.float32) for shape in ((70, 33), (33, 600), (600,)))
    arrays = {"a": a, "b": b, "w": w, "y": np.full((70, 600), np.nan, np.float32)}
    compiled.call(draft.program, arrays, {"M": 70, "K": 33, "N": 600})
    np.testing.assert_allclose(arrays["y"], a @ b + w, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("sizes", [WIDE, LONG], ids=["wide", "long"])
def test_every_beginning_computes_the_product(name: str, sizes: Mapping[str, int]) -> None:
    program, rng = parse(PRODUCTS[name]), np.random.default_rng(1)
    m, k, n = 37, 530, 45
    a, b = rng.standard_normal((m, k), np.float32), rng.standard_normal((k, n) if name == "plain" else (n, k), np.float32)
    want = a.astype(np.float64) @ (b if name == "plain" else b.T)
    for draft in first(program, sizes, 9):
        arrays = {"a": a, "b": b, "c": np.full((m, n), np.nan, np.float32)}
        compiled.call(draft.program, arrays, {"M": m, "K": k, "N": n})
        np.testing.assert_allclose(arrays["c"], want, rtol=1e-4, atol=1e-3)
