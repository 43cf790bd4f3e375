"""Conversions and copies."""

from __future__ import annotations

from kernelmill.mill.lower.context import Call, as_value, dtype_name, lowers
from kernelmill.mill.lower.ops import ONE_NEST
from kernelmill.mill.lower.ops.pointwise import cast_value
from kernelmill.mill.lower.value import Value, expand


def convert(call: Call, value: Value, dtype: str, out: int | None = 0) -> Value:
    """The value in another dtype; itself if it has that dtype."""
    if value.dtype == dtype:
        return value
    return call.pointwise(lambda e: cast_value(e, dtype), value, dtype=dtype, out=out)


@lowers("aten._to_copy.default", "prims.convert_element_type.default", view=True)
def _to_copy(call: Call) -> Value:
    wanted = call.arg(1, "dtype")
    return convert(call, call.args[0], call.dtype() if wanted is None else dtype_name(wanted))


@lowers("aten.copy.default", view=True)
def _copy(call: Call) -> Value:
    return convert(call, expand(call.args[1], call.shape()), call.dtype())


@lowers("aten.fill.Scalar", "aten.fill.Tensor")
def _fill(call: Call) -> Value:
    return expand(convert(call, as_value(call.args[1], call.dtype()), call.dtype(), None), call.shape())


@lowers("aten.clone.default", "aten.alias.default", "aten.detach.default", "aten.lift_fresh_copy.default", "aten.contiguous.default",
        "aten.lift_fresh.default", view=True)  # fmt: skip
def _clone(call: Call) -> Value:
    """Memory layout is not the business of a value: a copy is made where an operation or an output needs one."""
    return call.args[0]


ONE_NEST.update({"aten._to_copy.default"})
