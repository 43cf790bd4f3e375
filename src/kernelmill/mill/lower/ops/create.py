"""Tensors that need no memory: constants, ranges, masks over indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from kernelmill.mill.expr import Const, Expr, cast, op, select
from kernelmill.mill.lower.context import Call, as_value, lowers
from kernelmill.mill.lower.ops.pointwise import choose
from kernelmill.mill.lower.sizes import ONE, Size, expr
from kernelmill.mill.lower.value import Index, Value, constant, expand, linear, plain


def _from_index(dtype: str, shape: Sequence[Size], compute: Any) -> Value:
    return Value(dtype, tuple(shape), plain(shape), lambda index: compute(*(linear(i) for i in index)), free=True)


@lowers("aten.full.default", "aten.full_like.default")
def _full(call: Call) -> Value:
    return expand(as_value(call.args[1], call.dtype()), call.shape())


@lowers("aten.zeros.default", "aten.zeros_like.default", "aten.new_zeros.default")
def _zeros(call: Call) -> Value:
    return constant(Const(0, call.dtype()), call.shape())


@lowers("aten.ones.default", "aten.ones_like.default", "aten.new_ones.default")
def _ones(call: Call) -> Value:
    return constant(Const(1, call.dtype()), call.shape())


@lowers("aten.new_full.default")
def _new_full(call: Call) -> Value:
    return expand(as_value(call.args[2], call.dtype()), call.shape())


@lowers("aten.scalar_tensor.default")
def _scalar_tensor(call: Call) -> Value:
    return as_value(call.args[0], call.dtype())


@lowers("aten.empty.memory_format", "aten.empty_like.default", "aten.new_empty.default", "aten.empty_permuted.default")
def _empty(call: Call) -> Value:
    """What is read from it before it is written is undefined; zero is as good as anything."""
    return constant(Const(0, call.dtype()), call.shape())


@lowers("aten.arange.start_step", "aten.arange.start", "aten.arange.default", "prims.iota.default")
def _arange(call: Call) -> Value:
    if call.name.startswith("prims.iota"):
        start, step = call.kwargs["start"], call.kwargs["step"]
    else:
        start = call.args[0] if len(call.args) > 1 else 0
        step = call.args[2] if len(call.args) > 2 else 1
    dtype = call.dtype()

    def compute(i: Expr) -> Expr:
        if any(isinstance(v, float) for v in (start, step)) or dtype in ("f32", "f64"):
            return Const(start, dtype) + cast(i, dtype) * Const(step, dtype)
        return cast(i * expr(sympy.sympify(step)) + expr(sympy.sympify(start)), dtype)

    return _from_index(dtype, call.shape(), compute)


@lowers("aten.eye.default", "aten.eye.m")
def _eye(call: Call) -> Value:
    dtype = call.dtype()
    return _from_index(dtype, call.shape(), lambda i, j: select(op("eq", i, j), Const(1, dtype), Const(0, dtype)))


@lowers("aten.tril.default", "aten.triu.default")
def _triangle(call: Call) -> Value:
    value, diagonal = call.args[0], call.arg(1, "diagonal", 0)
    rows, columns = value.shape[-2:]
    word = "le" if "tril" in call.name else "ge"
    keep = _from_index("bool", (rows, columns), lambda i, j: op(word, j, i + Const(int(diagonal), "i64")))
    zero = constant(Const(0, value.dtype), ())
    return call.pointwise(choose, keep, value, zero, dtype=value.dtype, shape=value.shape, out=0)


def index_of(size: Size, rank: int, dim: int) -> Value:
    """The index along one dimension of a tensor of this rank, broadcastable."""
    shape = [ONE] * rank
    shape[dim] = size

    def read(index: Sequence[Index]) -> Expr:
        return linear(index[dim])

    return Value("i64", tuple(shape), plain(shape), read, free=True)
