"""Convolution in one, two or three dimensions: padding as a copy (a move can inline it), then a nest without conditions.

Loops run over batch, group, the output's places but the last, channels of the group, the last place; then the input's channels and the
window. A transposed convolution reads the input where the output's place, less the window's, is a multiple of the stride.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from kernelmill.mill.expr import Const, Expr, cast, op
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.ops.assemble import padded
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.norm import channels_only
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.ops.shape import guarded
from kernelmill.mill.lower.sizes import Size, equal, expr, floordiv
from kernelmill.mill.lower.value import Index, Value, linear, plain, single


def each(numbers: Sequence[int], count: int) -> list[int]:
    """One number for each dimension; a single one is for all."""
    return [int(n) for n in numbers] * (count if len(numbers) == 1 else 1)


@lowers("aten.convolution.default")
def _convolution(call: Call) -> Value:
    value, weight, bias, stride, padding, dilation, transposed, _, groups = call.args
    places = value.rank - 2
    stride, padding, dilation = (each(n, places) for n in (stride, padding, dilation))
    result, inner = call.dtype(), wide(call.dtype())
    shape = call.shape()
    batch, outs, inputs = shape[0], shape[1], value.shape[1]
    window = weight.shape[2:]
    group = sympy.Integer(groups)
    if not transposed and any(padding):
        wider = [sympy.expand(s + 2 * p) for s, p in zip(value.shape[2:], padding, strict=True)]
        value = padded(call, value, [0, 0, *padding], (*value.shape[:2], *wider))
    out_factors = plain([group, floordiv(outs, group)])
    kept = [*plain([batch]), out_factors[0] + out_factors[1], *plain(shape[2:])]
    target = call.result(inner, shape, kept, 0 if bias is None and inner == result else None, "conv")
    # channels just outside the last place: rows and columns of a product, as schedules know them
    order = [kept[0], out_factors[0], *kept[2:-1], out_factors[1], kept[-1]]
    with call.loops(order) as (at_batch, at_group, *outside, at_out, last):
        index = [at_batch, (*at_group, *at_out), *outside, last]
        elem = target.elem(index)
        call.builder.init("add", elem)
        with call.loops(plain([floordiv(inputs, group), *window]), sum(map(len, order))) as (channel, *inside):
            place = _Place((stride, padding, dilation), value.shape[2:], index[2:], inside)
            channels = (*at_group, *channel)
            if transposed:
                conditions, where = place.transposed()
                kernel = weight.read([channels, at_out, *inside])
            else:
                conditions, where = [], place.direct()
                kernel = weight.read([index[1], channel, *inside])
            element = cast(value.read([index[0], channels, *where]), inner)
            call.builder.reduce("add", elem, guarded(conditions, element * cast(kernel, inner), Const(0, inner)))
    if bias is None:
        return convert(call, target.value, result)
    spread = channels_only(bias, len(shape))
    assert spread is not None

    def compute(e: Expr, b: Expr) -> Expr:
        return cast_value(e + cast(b, inner), result)

    return call.pointwise(compute, target.value, spread, dtype=result, shape=shape, out=0, name="bias")


class _Place:
    """Where in the input a place of the output and one of the window meet."""

    def __init__(self, numbers: Sequence[Sequence[int]], sizes: Sequence[Size], out: Sequence[Index], inside: Sequence[Index]) -> None:
        self.rows: list[tuple[int, int, int, Size, Index, Index]] = list(zip(*numbers, sizes, out, inside, strict=True))

    def direct(self) -> list[Index]:
        """In the padded input: out * stride + inside * dilation."""
        found: list[Index] = []
        for stride, _, dilation, size, out, inside in self.rows:
            place = linear(out) * Const(stride, "i64") + linear(inside) * Const(dilation, "i64")
            found.append(single(place, size))
        return found

    def transposed(self) -> tuple[list[Expr], list[Index]]:
        """(conditions, index): (out + padding - inside * dilation) / stride, where that is whole and inside the input."""
        conditions: list[Expr] = []
        found: list[Index] = []
        for stride, padding, dilation, size, out, inside in self.rows:
            top = linear(out) + Const(padding, "i64") - linear(inside) * Const(dilation, "i64")
            conditions.append(op("ge", top, Const(0, "i64")))
            if stride != 1:
                conditions.append(op("eq", top % Const(stride, "i64"), Const(0, "i64")))
            place = top // Const(stride, "i64")
            conditions.append(op("lt", place, expr(size)))
            found.append(() if equal(size, sympy.Integer(1)) else single(place, size))
        return conditions, found
