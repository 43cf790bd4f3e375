"""Activation functions, each in one nest."""

from __future__ import annotations

import math
from collections.abc import Callable

from kernelmill.mill.expr import Const, Expr, op, select
from kernelmill.mill.lower.context import Call
from kernelmill.mill.lower.ops.pointwise import _register, clamp, elementwise, same
from kernelmill.mill.lower.value import Value


def number(value: float, like: Expr) -> Const:
    """A constant of the dtype of an expression."""
    return Const(value, like.dtype)


def softplus(e: Expr, beta: float = 1.0, threshold: float = 20.0) -> Expr:
    """log(1 + exp(beta * e)) / beta, and `e` itself where beta * e is above the threshold."""
    scaled = e if beta == 1 else e * number(beta, e)
    soft = op("softplus", scaled)
    return select(scaled > number(threshold, e), e, soft if beta == 1 else soft / number(beta, e))


def gelu(e: Expr, approximate: str) -> Expr:
    """e * Phi(e), with erf or by tanh."""
    half, one = number(0.5, e), number(1.0, e)
    if approximate == "tanh":
        inner = number(math.sqrt(2.0 / math.pi), e) * (e + number(0.044715, e) * (e * e * e))
        return half * e * (one + op("tanh", inner))
    return half * e * (one + op("erf", e * number(math.sqrt(0.5), e)))


def elu(e: Expr, alpha: float, scale: float, input_scale: float) -> Expr:
    """scale * e above 0, else scale * alpha * (exp(input_scale * e) - 1)."""
    inner = e if input_scale == 1 else e * number(input_scale, e)
    negative = op("expm1", inner)
    factor = alpha * scale
    return select(e > number(0, e), e if scale == 1 else e * number(scale, e), negative if factor == 1 else negative * number(factor, e))


def hardsigmoid(e: Expr) -> Expr:
    """clamp(e + 3, 0, 6) / 6."""
    return clamp(e + number(3, e), number(0, e), number(6, e)) / number(6, e)


def log_sigmoid(e: Expr) -> Expr:
    """min(e, 0) - log(1 + exp(-|e|))."""
    return op("min", e, number(0, e)) - op("log1p", op("exp", -op("abs", e)))


def _one(make: Callable[[Call, Expr], Expr], *names: str) -> None:
    """Operations of one tensor whose other arguments are numbers."""
    _register(names, lambda call: elementwise(call, lambda e: make(call, e), [call.args[0]]))


def _log_sigmoid_forward(call: Call) -> tuple[Value | None, ...]:
    return elementwise(call, log_sigmoid, [call.args[0]]), None


def _softshrink(call: Call, e: Expr) -> Expr:
    width = number(call.arg(1, "lambd", 0.5), e)
    return select(e > width, e - width, select(e < -width, e + width, number(0, e) * e))


def _hardshrink(call: Call, e: Expr) -> Expr:
    width = number(call.arg(1, "lambd", 0.5), e)
    return select(op("and", e >= -width, e <= width), number(0, e), e)


def _prelu(e: Expr, weight: Expr) -> Expr:
    return select(e > number(0, e), e, e * weight)


same(lambda e: op("max", e, Const(0, e.dtype)), "aten.relu.default")
same(lambda e: e * op("sigmoid", e), "aten.silu.default")
same(lambda e: e * op("tanh", softplus(e)), "aten.mish.default")
same(lambda e: e * clamp(e + number(3, e), number(0, e), number(6, e)) / number(6, e), "aten.hardswish.default")
same(hardsigmoid, "aten.hardsigmoid.default")
same(lambda e: clamp(e, number(0, e), number(6, e)), "aten.relu6.default")
same(lambda e: e - op("tanh", e), "aten.tanhshrink.default")
same(_prelu, "aten._prelu_kernel.default")
_one(lambda call, e: gelu(e, call.kwargs.get("approximate", "none")), "aten.gelu.default")
_one(lambda call, e: softplus(e, call.arg(1, "beta", 1), call.arg(2, "threshold", 20)), "aten.softplus.default")
_one(lambda call, e: elu(e, call.arg(1, "alpha", 1), call.arg(2, "scale", 1), call.arg(3, "input_scale", 1)), "aten.elu.default")
_one(lambda call, e: elu(e, a := call.arg(1, "alpha", 1.0), 1, 1 / a), "aten.celu.default")
_one(lambda call, e: select(e > number(0, e), e, e * number(call.arg(1, "negative_slope", 0.01), e)), "aten.leaky_relu.default")
_one(lambda call, e: clamp(e, number(call.arg(1, "min_val", -1), e), number(call.arg(2, "max_val", 1), e)), "aten.hardtanh.default")
_one(lambda call, e: select(e > number(call.arg(1, "threshold"), e), e, number(call.arg(2, "value"), e)), "aten.threshold.default")
_one(_softshrink, "aten.softshrink.default")
_one(_hardshrink, "aten.hardshrink.default")
_register(("aten.log_sigmoid_forward.default",), _log_sigmoid_forward)
