"""Normalisation: moments of each group in two passes, then one nest that centres, scales and shifts."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from kernelmill.mill.expr import Const, Expr, cast, op
from kernelmill.mill.lower.context import Call, Target, lowers
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.ops.reduce import count, divided, moments
from kernelmill.mill.lower.ops.shape import divides
from kernelmill.mill.lower.sizes import floordiv
from kernelmill.mill.lower.value import Value, drop, insert, reshape


def spread(call: Call, value: Value, dims: Sequence[int], eps: float) -> tuple[Value, Value]:
    """(mean, 1 / sqrt(var + eps)) over `dims`, kept as size 1."""
    mean, squares = moments(call, value, dims)
    inner = squares.dtype
    var = divided(call, squares, count(value, dims), inner, name="var")
    return mean, call.pointwise(lambda v: op("rsqrt", v + Const(eps, inner)), var, dtype=inner, name="rstd")


def normalise(call: Call, value: Value, statistics: tuple[Value, Value], weight: Value | None, bias: Value | None) -> Value:
    """`(value - mean) * rstd * weight + bias`; the statistics and parameters broadcast."""
    result, inner = value.dtype, wide(value.dtype)
    mean, rstd = statistics
    values = [value, mean, rstd, *(v for v in (weight, bias) if v is not None)]

    def compute(e: Expr, m: Expr, r: Expr, *more: Expr) -> Expr:
        rest = [cast(x, inner) for x in more]
        made = (cast(e, inner) - cast(m, inner)) * cast(r, inner)
        if weight is not None:
            made = made * rest.pop(0)
        if bias is not None:
            made = made + rest.pop(0)
        return cast_value(made, result)

    return call.pointwise(compute, *values, dtype=result, shape=value.shape, out=0, name="norm")


@lowers("aten.native_layer_norm.default")
def _layer_norm(call: Call) -> tuple[Value, Value, Value]:
    value, over, weight, bias, eps = call.args[:5]
    dims = list(range(value.rank - len(over), value.rank))
    mean, rstd = spread(call, value, dims, eps)
    made = normalise(call, value, (mean, rstd), weight, bias)
    return made, mean, rstd


@lowers("aten._fused_rms_norm.default")
def _rms_norm(call: Call) -> tuple[Value, Value]:
    value, over, weight, eps = call.args[:4]
    dims, inner = list(range(value.rank - len(over), value.rank)), wide(value.dtype)
    squares = call.reduce("add", value, dims, dtype=inner, keepdim=True, name="squares", term=lambda e: cast(e, inner) * cast(e, inner))
    mean = divided(call, squares, count(value, dims), inner)
    small = eps if eps is not None else (2.220446049250313e-16 if inner == "f64" else 1.1920928955078125e-07)
    rstd = call.pointwise(lambda v: op("rsqrt", v + Const(small, inner)), mean, dtype=inner, name="rstd")
    values = [value, rstd] + ([] if weight is None else [weight])

    def compute(e: Expr, r: Expr, *w: Expr) -> Expr:
        made = cast(e, inner) * r
        return cast_value(made * cast(w[0], inner) if w else made, value.dtype)

    return call.pointwise(compute, *values, dtype=value.dtype, shape=value.shape, out=0, name="norm"), rstd


@lowers("aten.native_group_norm.default")
def _group_norm(call: Call) -> tuple[Value | None, ...]:
    value, weight, bias, _, _, _, groups, eps = call.args
    batch, channels = value.shape[:2]
    each = floordiv(channels, sympy.sympify(groups))
    grouped = reshape(value, (batch, sympy.sympify(groups), each, *value.shape[2:]))
    divides(call, value.shape, grouped.shape)
    dims = list(range(2, grouped.rank))
    mean, rstd = spread(call, grouped, dims, eps)

    def per_channel(parameter: Value | None) -> Value | None:
        if parameter is None:
            return None
        made = insert(reshape(parameter, (sympy.sympify(groups), each)), 0)
        for _ in value.shape[2:]:
            made = insert(made, made.rank)
        return made

    target = {n: _grouped_target(t, grouped) for n, t in call.targets.items() if n == 0}
    plain_targets, call.targets = call.targets, target
    made = normalise(call, grouped, (mean, rstd), per_channel(weight), per_channel(bias))
    call.targets = plain_targets
    flat = [reshape(drop(v, dims), (batch, sympy.sympify(groups))) for v in (mean, rstd)]
    return reshape(made, value.shape), *flat


def _grouped_target(target: Target, grouped: Value) -> Target:
    moved = reshape(target.value, grouped.shape)
    return Target(target.handle, grouped.shape, moved.factors, moved.read)  # type: ignore[arg-type]


def channels_only(parameter: Value | None, rank: int) -> Value | None:
    """A tensor over channels, broadcastable against `[N, C, ...]`."""
    if parameter is None:
        return None
    made = insert(parameter, 0)
    for _ in range(rank - 2):
        made = insert(made, made.rank)
    return made


def _batch_norm_here(call: Call, value: Value, weight: Value | None, bias: Value | None, eps: float) -> tuple[Value, Value, Value]:
    dims = [d for d in range(value.rank) if d != 1]
    mean, rstd = spread(call, value, dims, eps)
    made = normalise(call, value, (mean, rstd), channels_only(weight, value.rank), channels_only(bias, value.rank))
    return made, drop(mean, dims), drop(rstd, dims)


def _batch_norm_given(call: Call, eps: float) -> tuple[Value, Value, Value]:
    value, weight, bias, mean, var = call.args[:5]
    inner = wide(value.dtype)
    rstd = call.pointwise(lambda v: op("rsqrt", cast(v, inner) + Const(eps, inner)), var, dtype=inner, name="rstd")
    rows = [channels_only(v, value.rank) for v in (mean, rstd, weight, bias)]
    assert rows[0] is not None and rows[1] is not None
    made = normalise(call, value, (rows[0], rows[1]), rows[2], rows[3])
    return made, convert(call, mean, inner, None), rstd


@lowers("aten._native_batch_norm_legit.default", "aten._native_batch_norm_legit_functional.default", "aten.native_batch_norm.default")
def _batch_norm(call: Call) -> tuple[Value | None, ...]:
    """With running statistics: they serve in eval mode; in training their update is not part of the task and is left out."""
    value, weight, bias, mean, var, training, _, eps = call.args[:8]
    made = _batch_norm_here(call, value, weight, bias, eps) if training else _batch_norm_given(call, eps)
    return (*made, mean, var) if "functional" in call.name else made


@lowers("aten._native_batch_norm_legit.no_stats")
def _batch_norm_no_stats(call: Call) -> tuple[Value | None, ...]:
    value, weight, bias = call.args[:3]
    return _batch_norm_here(call, value, weight, bias, call.args[5])


@lowers("aten._native_batch_norm_legit_no_training.default")
def _batch_norm_eval(call: Call) -> tuple[Value | None, ...]:
    return _batch_norm_given(call, call.args[6])
