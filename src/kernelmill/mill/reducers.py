"""The reducers that lowering and hand-written programs need.

`standard("add", "f32")` and friends. Tuple states:
`argmax`/`argmin` (value, index; NaN wins, the first index wins ties, like torch), `welford` (count, mean, M2 by Chan's
pairwise update; contribute `(1, x, 0)`), `softmax` (running maximum, sum of exp(x - maximum); contribute `(x, 1)`).
"""

from __future__ import annotations

import math

from kernelmill.mill.expr import FLOATS, Const, Expr, Var, op, select
from kernelmill.mill.ir import Reducer

STANDARD = ("add", "mul", "max", "min", "argmax", "argmin", "welford", "softmax", "any", "all")


def standard(name: str, dtype: str = "f32") -> Reducer:
    """A reducer of `STANDARD` over `dtype` (the accumulator dtype); KeyError for another name.

    Its name is `add`, `add_f64`, ...: the dtype is written unless it is f32 (`any` and `all` are bool).
    """
    full = name if dtype == "f32" or name in ("any", "all") else f"{name}_{dtype}"
    makers = {"add": _fold, "mul": _fold, "max": _fold, "min": _fold, "argmax": _arg, "argmin": _arg,
              "welford": _welford, "softmax": _softmax, "any": _logic, "all": _logic}  # fmt: skip
    return makers[name](name, full, dtype)


def _limit(dtype: str, sign: int) -> Const:
    if dtype in FLOATS:
        return Const(sign * math.inf, dtype)
    bits = {"i8": 8, "u8": 8, "i16": 16, "i32": 32, "i64": 64}[dtype]
    low, high = (0, 255) if dtype == "u8" else (-(1 << bits - 1), (1 << bits - 1) - 1)
    return Const(high if sign > 0 else low, dtype)


def _fold(name: str, full: str, dtype: str) -> Reducer:
    a, b = Var("a", dtype), Var("b", dtype)
    neutral = {"add": 0, "mul": 1}.get(name)
    identity = _limit(dtype, 1 if name == "min" else -1) if neutral is None else Const(neutral, dtype)
    exact = name in ("max", "min") or dtype not in FLOATS
    return Reducer(full, (a,), (b,), (op(name, a, b),), (identity,), exact=exact)


def _logic(name: str, full: str, dtype: str) -> Reducer:
    a, b = Var("a", "bool"), Var("b", "bool")
    word = "or" if name == "any" else "and"
    return Reducer(full, (a,), (b,), (op(word, a, b),), (Const(name == "all", "bool"),), exact=True)


def _arg(name: str, full: str, dtype: str) -> Reducer:
    a, i, b, j = Var("a", dtype), Var("i"), Var("b", dtype), Var("j")
    better = (b > a) if name == "argmax" else (b < a)
    tie = b.eq(a)
    if dtype in FLOATS:
        a_nan, b_nan = op("isnan", a), op("isnan", b)
        better = op("or", better, op("and", b_nan, op("not", a_nan)))
        tie = op("or", tie, op("and", a_nan, b_nan))
    take = op("or", better, op("and", tie, j < i))
    later = (select(better, b, a), select(better, j, i))  # in order, a tie never moves the index
    worst = _limit(dtype, -1 if name == "argmax" else 1)
    last = Const((1 << 63) - 1, "i64")
    return Reducer(full, (a, i), (b, j), (select(take, b, a), select(take, j, i)), (worst, last), exact=True, later=later)


def _welford(_: str, full: str, dtype: str) -> Reducer:
    # Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979)
    n, m, s = (Var(v, dtype) for v in ("n", "m", "s"))
    k, o, t = (Var(v, dtype) for v in ("k", "o", "t"))
    total = n + k
    share: Expr = select(total.eq(0), 0.0, k / total)
    delta = o - m
    return Reducer(
        full, (n, m, s), (k, o, t),
        (total, m + delta * share, s + t + delta * delta * n * share),
        (Const(0, dtype), Const(0, dtype), Const(0, dtype)),
    )  # fmt: skip


def _softmax(_: str, full: str, dtype: str) -> Reducer:
    # Milakov, Gimelshein, "Online normalizer calculation for softmax" (2018); guarded so that -inf - -inf is never formed
    m, s, o, t = (Var(v, dtype) for v in ("m", "s", "o", "t"))
    top = op("max", m, o)

    def scaled(part: Expr, at: Expr) -> Expr:
        return select(at.eq(top), part, part * op("exp", at - top))

    return Reducer(full, (m, s), (o, t), (top, scaled(s, m) + scaled(t, o)), (_limit(dtype, -1), Const(0, dtype)))
