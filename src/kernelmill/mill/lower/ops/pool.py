"""Pooling: padding as a copy, then a reduction over a window, then the division where a mean is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from kernelmill.mill.expr import Const, Expr, cast, op
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.ops.assemble import padded
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.conv import each
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.sizes import Size, expr, quotient
from kernelmill.mill.lower.value import Index, Value, linear, plain, single


class _Window:
    """Kernel, stride, padding and dilation of the last `places` dimensions."""

    def __init__(self, call: Call, dilation: Any = 1) -> None:
        places = self.places = int(call.name.split("pool")[1][0])
        kernel, stride, padding = call.args[1], call.arg(2, "stride"), call.arg(3, "padding", 0)

        def listed(item: Any) -> list[int]:
            return each(item if isinstance(item, list) else [item], places)

        self.kernel = listed(kernel)
        self.stride = listed(stride) if stride not in (None, []) else self.kernel
        self.padding, self.dilation = listed(padding), listed(dilation)
        self.shape = call.shape()

    def padded(self, call: Call, value: Value, fill: float) -> Value:
        """The input with its padding, and with what a rounded-up last window needs beyond it."""
        lead = value.rank - self.places
        lows, sizes = [0] * lead, list(value.shape[:lead])
        needed = False
        for d, (k, s, p, e) in enumerate(zip(self.kernel, self.stride, self.padding, self.dilation, strict=True), lead):
            reach = sympy.expand((self.shape[d] - 1) * s + (k - 1) * e + 1)
            wide_size = sympy.expand(value.shape[d] + 2 * p)
            gap = sympy.expand(wide_size - reach)
            beyond = not (gap.is_nonnegative or _whole_windows(wide_size, k, s, e, self.shape[d]))
            needed = needed or beyond or p > 0
            lows.append(p)
            sizes.append(sympy.Max(reach, wide_size) if beyond else wide_size)
        return padded(call, value, lows, sizes, fill) if needed else value

    def loops(self) -> list[tuple[Size, ...]]:
        """Loops over the window."""
        return list(plain([sympy.Integer(k) for k in self.kernel]))

    def place(self, out: Sequence[Index], inside: Sequence[Index], sizes: Sequence[Size]) -> list[Index]:
        """Index into the padded input."""
        rows = zip(out, inside, self.stride, self.dilation, sizes, strict=True)
        return [single(linear(o) * Const(s, "i64") + linear(i) * Const(e, "i64"), size) for o, i, s, e, size in rows]


def _whole_windows(size: Size, kernel: int, stride: int, dilation: int, outs: Size) -> bool:
    """Whether the number of windows was rounded down, so that none reaches beyond the padded input."""
    from kernelmill.mill.lower.sizes import equal, floordiv

    return equal(outs, sympy.expand(floordiv(sympy.expand(size - dilation * (kernel - 1) - 1), sympy.Integer(stride)) + 1))


def _places(call: Call) -> int:
    return int(call.name.split("pool")[1][0])


@lowers("aten.max_pool1d_with_indices.default", "aten.max_pool2d_with_indices.default", "aten.max_pool3d_with_indices.default")
def _max_pool(call: Call) -> tuple[Value, Value | None]:
    value = call.args[0]
    window = _Window(call, call.arg(4, "dilation", 1))
    source = window.padded(call, value, float("-inf"))
    inner, lead = wide(value.dtype), value.rank - window.places
    kept = [*value.factors[:lead], *plain(window.shape[lead:])]
    indexed = 1 in call.used
    best = call.result(inner, window.shape, kept, 0 if inner == value.dtype else None, "max")
    place = call.result("i64", window.shape, kept, 1, "index") if indexed else None
    with call.loops(kept) as index:
        targets = (best.elem(index), place.elem(index)) if place else (best.elem(index),)
        call.builder.init("argmax" if place else "max", *targets)
        with call.loops(window.loops(), sum(map(len, kept))) as inside:
            element = cast(source.read([*index[:lead], *window.place(index[lead:], inside, source.shape[lead:])]), inner)
            if place:
                call.builder.reduce("argmax", targets, element, _flat(window, index[lead:], inside, value.shape[lead:]))
            else:
                call.builder.reduce("max", targets, element)
    return convert(call, best.value, value.dtype), place.value if place else None


def _flat(window: _Window, out: Sequence[Index], inside: Sequence[Index], sizes: Sequence[Size]) -> Expr:
    """Row-major number of the element in the input without padding."""
    total: Expr = Const(0, "i64")
    for o, i, s, e, p, size in zip(out, inside, window.stride, window.dilation, window.padding, sizes, strict=True):
        total = total * expr(size) + (linear(o) * Const(s, "i64") + linear(i) * Const(e, "i64") - Const(p, "i64"))
    return total


@lowers("aten.avg_pool1d.default", "aten.avg_pool2d.default", "aten.avg_pool3d.default")
def _avg_pool(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    window = _Window(call)
    rounded_up, counted, override = call.arg(4, "ceil_mode", False), call.arg(5, "count_include_pad", True), call.arg(6, "divisor_override")
    source = window.padded(call, value, 0)
    inner, lead = wide(value.dtype), value.rank - window.places
    kept = [*value.factors[:lead], *plain(window.shape[lead:])]
    target = call.result(inner, window.shape, kept, name="sum")
    with call.loops(kept) as index:
        elem = target.elem(index)
        call.builder.init("add", elem)
        with call.loops(window.loops(), sum(map(len, kept))) as inside:
            at = [*index[:lead], *window.place(index[lead:], inside, source.shape[lead:])]
            call.builder.reduce("add", elem, cast(source.read(at), inner))
    constant = bool(override) or (counted and not rounded_up) or not (rounded_up or any(window.padding))
    whole = override or sympy.prod(window.kernel)
    out = call.result(result, window.shape, kept, 0, "avg")
    with call.loops(kept) as index:
        below = Const(int(whole), "i64") if constant else _covered(window, index[lead:], value.shape[lead:], counted)
        call.store(out.elem(index), cast_value(target.elem(index) / cast_value(cast(below, inner), inner), result))
    return out.value


def _covered(window: _Window, out: Sequence[Index], sizes: Sequence[Size], counted: bool) -> Expr:
    """How many elements a window covers, padding counted or not."""
    total: Expr = Const(1, "i64")
    for o, k, s, p, size in zip(out, window.kernel, window.stride, window.padding, sizes, strict=True):
        start = linear(o) * Const(s, "i64") - Const(p, "i64")
        end = op("min", start + Const(k, "i64"), expr(size) + Const(p, "i64"))
        if not counted:
            start, end = op("max", start, Const(0, "i64")), op("min", end, expr(size))
        total = total * (end - start)
    return total


@lowers("aten._adaptive_avg_pool2d.default", "aten._adaptive_avg_pool3d.default", "aten.adaptive_avg_pool1d.default")
def _adaptive_avg_pool(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    inner = wide(value.dtype)
    made, sizes = _adaptive(call, value, "add", _places(call))
    lead = value.rank - len(sizes)

    def divide(index: Sequence[Index]) -> Expr:
        total: Expr = Const(1, "i64")
        for d, (old, new) in enumerate(sizes, lead):
            total = total * _bounds(linear(index[d]), old, new)[1]
        return cast_value(made.read(index) / cast(total, inner), result)

    source = Value(result, made.shape, made.factors, divide)
    return call.pointwise(lambda e: e, source, dtype=result, shape=made.shape, out=0, name="avg")


@lowers("aten.adaptive_max_pool2d.default", "aten.adaptive_max_pool3d.default", "aten.adaptive_max_pool1d.default")
def _adaptive_max_pool(call: Call) -> tuple[Value, None]:
    if 1 in call.used:
        raise call.refuse("the indices of an adaptive pool")
    made, _ = _adaptive(call, call.args[0], "max", _places(call), out=0)
    return convert(call, made, call.dtype()), None


def _bounds(at: Expr, old: Size, new: Size) -> tuple[Expr, Expr]:
    """First element and length of an adaptive window; constant lengths where the sizes divide."""
    each_size = quotient(old, new)
    if each_size is not None:
        return at * expr(each_size), expr(each_size)
    a, b = expr(old), expr(new)
    start = at * a // b
    return start, ((at + 1) * a + (b - 1)) // b - start


def _adaptive(call: Call, value: Value, word: str, places: int, out: int | None = None) -> tuple[Value, list[tuple[Size, Size]]]:
    """(reduction over adaptive windows, [(old size, new size)])."""
    shape, inner = call.shape(), wide(value.dtype)
    lead = value.rank - places
    sizes = list(zip(value.shape[lead:], shape[lead:], strict=True))
    kept = [*value.factors[:lead], *plain(shape[lead:])]
    target = call.result(inner, shape, kept, out if inner == value.dtype else None, "sum" if word == "add" else "max")
    with call.loops(kept) as index:
        elem = target.elem(index)
        call.builder.init(word, elem)
        at: list[Index] = []
        with call.window([_bounds(linear(i), old, new) for i, (old, new) in zip(index[lead:], sizes, strict=True)]) as inside:
            at = [single(place, old) for place, (old, _) in zip(inside, sizes, strict=True)]
            call.builder.reduce(word, elem, cast(value.read([*index[:lead], *at]), inner))
    return target.value, sizes
