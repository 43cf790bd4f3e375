"""Hand-written programs: their text and their C are golden files; compiled and interpreted they agree with numpy."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import compiled
import golden_programs
import numpy as np
import pytest

from kernelmill.mill import parse, print_c, show
from kernelmill.mill.interpret import run

Arrays = dict[str, np.ndarray]


@dataclass
class Case:
    arrays: Arrays
    axes: dict[str, int]
    want: np.ndarray
    out: str = "y"
    scalars: dict[str, Any] = field(default_factory=dict)


def _f(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def _rows(rng: np.random.Generator, n: int, m: int) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    return _f(rng, n, m), np.full((n, m), np.nan, np.float32), {"N": n, "M": m}


def _softmax(x: np.ndarray) -> np.ndarray:
    if x.shape[1] == 0:
        return x.copy()
    e = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def relu(rng: np.random.Generator, n: int, m: int) -> Case:
    x = _f(rng, n * m)
    x[: n // 2] = np.nan
    return Case({"x": x, "y": np.full_like(x, 7)}, {"n": n * m}, np.maximum(x, 0))


def softmax(rng: np.random.Generator, n: int, m: int) -> Case:
    x, y, axes = _rows(rng, n, m)
    return Case({"x": x, "y": y}, axes, _softmax(x))


def layer_norm(rng: np.random.Generator, n: int, m: int) -> Case:
    x, y, axes = _rows(rng, n, m)
    w, b = _f(rng, m), _f(rng, m)
    d = x.astype(np.float64)
    if m:
        d = (d - d.mean(1, keepdims=True)) / np.sqrt(d.var(1, keepdims=True) + 1e-5) * w + b
    return Case({"x": x, "w": w, "b": b, "y": y}, axes, d, scalars={"eps": 1e-5})


def argmax(rng: np.random.Generator, n: int, m: int) -> Case:
    x = rng.integers(0, 9, (n, max(m, 1))).astype(np.float32)
    if n:
        x[0, m // 2] = np.nan
    return Case({"x": x, "y": np.full(n, -1)}, {"N": n, "M": max(m, 1)}, np.argmax(x, 1))


def cumsum(rng: np.random.Generator, n: int, m: int) -> Case:
    x = _f(rng, n * m)
    return Case({"x": x, "y": np.full_like(x, np.nan)}, {"n": n * m}, np.cumsum(x.astype(np.float64)))


def cross_entropy(rng: np.random.Generator, n: int, m: int) -> Case:
    n, m = max(n, 1), max(m, 1)
    x, t = _f(rng, n, m), rng.integers(0, m, n)
    want = -np.log(_softmax(x))[np.arange(n), t].mean()
    return Case({"x": x, "t": t, "y": np.zeros((), np.float32)}, {"N": n, "C": m}, np.asarray(want))


def matmul(rng: np.random.Generator, n: int, m: int) -> Case:
    k = (n * 7 + m) % 300
    a, b = _f(rng, n, k), _f(rng, k, m)
    c = np.full((n, m), np.nan, np.float32)
    if k == 0:
        c[...] = 0
    return Case({"a": a, "b": b, "c": c}, {"M": n, "N": m, "K": k}, a.astype(np.float64) @ b, "c")


def conv2d(rng: np.random.Generator, n: int, m: int) -> Case:
    ci, co, h, w = 3, 2, n, m
    x, f = _f(rng, 2, ci, h, w), _f(rng, co, ci, 3, 3)
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    want = np.zeros((2, co, h, w))
    for u in range(3):
        for v in range(3):
            want += np.einsum("bchw,oc->bohw", padded[:, :, u : u + h, v : v + w], f[:, :, u, v])
    y = np.full((2, co, h, w), np.nan, np.float32)
    return Case({"x": x, "f": f, "y": y}, {"N": 2, "Ci": ci, "Co": co, "H": h, "W": w}, want)


def max_pool(rng: np.random.Generator, n: int, m: int) -> Case:
    h, w = max(n, 1), max(m, 1)
    x = _f(rng, 2, h, w)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    ho, wo = (h - 1) // 2 + 1, (w - 1) // 2 + 1
    want = np.max([padded[:, u : u + 2 * ho : 2, v : v + 2 * wo : 2][:, :ho, :wo] for u in range(3) for v in range(3)], axis=0)
    return Case({"x": x, "y": np.zeros((2, ho, wo), np.float32)}, {"N": 2, "H": h, "W": w}, want)


def attention(rng: np.random.Generator, n: int, m: int) -> Case:
    s, d = n, m
    q, k, v = _f(rng, 2, s, d), _f(rng, 2, s, d), _f(rng, 2, s, d)
    scores = np.einsum("bid,bjd->bij", q.astype(np.float64), k) * 0.3
    scores[:, ~np.tri(s, dtype=bool)] = -np.inf
    e = np.exp(scores - scores.max(-1, keepdims=True, initial=-np.inf))
    want = np.einsum("bij,bjd->bid", e / e.sum(-1, keepdims=True), v)
    return Case({"q": q, "k": k, "v": v, "y": np.full_like(q, np.nan)}, {"B": 2, "S": s, "D": d}, want, scalars={"scale": 0.3})


def jacobi2d(rng: np.random.Generator, n: int, m: int) -> Case:
    h, w = max(n, 1), max(m, 1)
    x = _f(rng, h, w)
    want = x.astype(np.float64)
    if h > 2 and w > 2:
        want[1:-1, 1:-1] = 0.2 * (x[1:-1, 1:-1] + x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:])
    return Case({"x": x, "y": np.full_like(x, np.nan)}, {"H": h, "W": w}, want)


CASES: dict[str, Callable[[np.random.Generator, int, int], Case]] = {
    "relu": relu, "softmax": softmax, "softmax_online": softmax, "layer_norm": layer_norm, "argmax": argmax, "cumsum": cumsum,
    "cross_entropy": cross_entropy, "matmul": matmul, "matmul_packed": matmul, "conv2d": conv2d, "max_pool": max_pool,
    "attention": attention, "jacobi2d": jacobi2d,
}  # fmt: skip
SMALL = [(1, 1), (3, 5), (2, 17), (0, 4), (4, 0)]
LARGE = [(1, 1), (5, 7), (33, 16), (67, 129), (0, 9), (9, 0), (200, 101)]


def _near(got: np.ndarray, want: np.ndarray) -> None:
    np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("name", CASES)
def test_meaning(name: str) -> None:
    """The interpreter, which defines the language, agrees with numpy; free loops in random order."""
    for number, (n, m) in enumerate(SMALL):
        case = CASES[name](np.random.default_rng(number), n, m)
        run(golden_programs.RUNS[name](), case.arrays, case.axes, case.scalars, shuffle=number)
        _near(case.arrays[case.out], case.want)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("name", CASES)
def test_compiled(name: str, compiler: str) -> None:
    for number, (n, m) in enumerate(LARGE):
        case = CASES[name](np.random.default_rng(number), n, m)
        compiled.call(golden_programs.RUNS[name](), case.arrays, case.axes, case.scalars, compiler)
        _near(case.arrays[case.out], case.want)


@pytest.mark.parametrize("name", [*golden_programs.RUNS, *golden_programs.TEXT_ONLY])
def test_text_is_golden_and_reads_back(name: str, golden: Callable[[str, str], None]) -> None:
    program = (golden_programs.RUNS | golden_programs.TEXT_ONLY)[name]()
    golden(f"{name}.mill", show(program))
    assert parse(show(program)) == program


@pytest.mark.parametrize("name", golden_programs.RUNS)
def test_c_is_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.cpp", print_c(golden_programs.RUNS[name]()))


def test_softmax_of_minus_infinity_is_not_lost() -> None:
    case = softmax(np.random.default_rng(0), 2, 40)
    case.arrays["x"][0, 3] = -math.inf
    compiled.call(golden_programs.softmax_online(), case.arrays, case.axes)
    _near(case.arrays["y"], _softmax(case.arrays["x"]))
