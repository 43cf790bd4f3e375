"""Softmax and its logarithm: largest element, exponentials, their sum, then the quotient (or the difference of logarithms)."""

from __future__ import annotations

from kernelmill.mill.expr import cast, op
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.value import Value


@lowers("aten._softmax.default", "aten.softmax.int", "aten._safe_softmax.default")
def _softmax(call: Call) -> Value:
    value, dim, result = call.args[0], call.args[1], call.dtype()
    inner = wide(result)
    if not value.rank:
        return call.pointwise(lambda e: cast_value(e / e, result), value, dtype=result, out=0)
    top = call.reduce("max", value, [dim], dtype=inner, keepdim=True, name="max", term=lambda e: cast(e, inner))
    raised = call.pointwise(lambda e, m: op("exp", cast(e, inner) - m), value, top, dtype=inner, shape=value.shape, name="exp")
    total = call.reduce("add", raised, [dim], dtype=inner, keepdim=True, name="sum")
    return call.pointwise(lambda e, s: cast_value(e / s, result), raised, total, dtype=result, shape=value.shape, out=0)


@lowers("aten._log_softmax.default", "aten.log_softmax.int")
def _log_softmax(call: Call) -> Value:
    value, dim, result = call.args[0], call.args[1], call.dtype()
    inner = wide(result)
    if not value.rank:
        return call.pointwise(lambda e: cast_value(e - e, result), value, dtype=result, out=0)
    top = call.reduce("max", value, [dim], dtype=inner, keepdim=True, name="max", term=lambda e: cast(e, inner))
    shifted = call.pointwise(lambda e, m: cast(e, inner) - m, value, top, dtype=inner, shape=value.shape, name="shifted")
    total = call.reduce("add", shifted, [dim], dtype=inner, keepdim=True, name="sum", term=lambda e: op("exp", e))
    log = call.pointwise(lambda s: op("log", s), total, dtype=inner, name="log")
    return call.pointwise(lambda e, s: cast_value(e - s, result), shifted, log, dtype=result, shape=value.shape, out=0)
