"""New tensors out of pieces: padding, concatenation, and writes into a part of a copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from kernelmill.mill.expr import Const, Expr, Opaque, cast, op, select
from kernelmill.mill.lower.context import Call, Target, as_value, lowers
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.ops.shape import guarded, slice_start
from kernelmill.mill.lower.sizes import Size, equal, expr
from kernelmill.mill.lower.value import Index, Value, expand, insert, linear, plain, remap, single


def padded(call: Call, value: Value, lows: Sequence[int], shape: Sequence[Size], fill: float = 0, *, out: int | None = None) -> Value:
    """A copy of this shape whose element `lows` is the value's first; `fill` where there is none. Negative `lows` cut."""
    known = [low == 0 and equal(size, old) for low, size, old in zip(lows, shape, value.shape, strict=True)]
    factors = tuple(f if same else plain([s])[0] for f, same, s in zip(value.factors, known, shape, strict=True))
    other = Const(fill, value.dtype)

    def read(index: Sequence[Index]) -> Expr:
        conditions: list[Expr] = []
        places: list[Index] = []
        for at, low, same, size, old in zip(index, lows, known, shape, value.shape, strict=True):
            if same:
                places.append(at)
                continue
            place = linear(at) - Const(low, "i64")
            if low > 0:
                conditions.append(op("ge", place, Const(0, "i64")))
            if not _fits(size - low, old):
                conditions.append(op("lt", place, expr(old)))
            places.append(single(place, old))
        return guarded(conditions, value.read(places), other)

    return call.pointwise(lambda e: e, Value(value.dtype, tuple(shape), factors, read), dtype=value.dtype, shape=shape, out=out, name="pad")


def _fits(end: Size, old: Size) -> bool:
    """Whether indices below `end` are surely below `old`."""
    gap = sympy.expand(old - end)
    return bool(gap.is_Integer and int(gap) >= 0)


@lowers("aten.constant_pad_nd.default", "aten.pad.default")
def _pad(call: Call) -> Value:
    value, pads = call.args[0], [int(p) for p in call.args[1]]
    lows = [0] * value.rank
    for pair in range(len(pads) // 2):
        lows[value.rank - 1 - pair] = pads[2 * pair]
    fill = call.arg(2, "value", 0)
    shape = call.shape()
    if all(p <= 0 for p in pads):
        for d, low in enumerate(lows):
            value = remap(value, d, shape[d], lambda e, low=low: e - Const(low, "i64"))
        return value
    return padded(call, value, lows, shape, 0 if fill is None else fill, out=0)


@lowers("aten.cat.default", "aten.stack.default")
def _cat(call: Call) -> Value:
    """One nest for each piece, all into the same result."""
    result, shape = call.dtype(), call.shape()
    pieces = [p for p in call.args[0] if not (p.rank == 1 and p.shape[0] == 0)]
    dim = call.arg(1, "dim", 0) % len(shape)
    if "stack" in call.name:
        pieces = [insert(p, dim) for p in pieces]
    target = _fresh(call, call.result(result, shape, None, 0), pieces)
    begin = sympy.Integer(0)
    for piece in pieces:
        with call.loops(piece.factors) as index:
            place = single(linear(index[dim]) + expr(begin), shape[dim])
            call.store(target.elem([place if d == dim else i for d, i in enumerate(index)]), cast_value(piece.read(index), result))
        begin = sympy.expand(begin + piece.shape[dim])
    return target.value


def _fresh(call: Call, target: Target, pieces: Sequence[Value]) -> Target:
    """Several nests must not write to a tensor that a later one still reads."""
    if target.handle.buffer.role != "inout" or all(p.free for p in pieces):
        return target
    return call.context.temp(call.word, target.handle.buffer.dtype, target.shape)


@lowers("aten.slice_scatter.default", "aten.select_scatter.default")
def _slice_scatter(call: Call) -> Value:
    """A copy with a slice replaced."""
    value, source = call.args[:2]
    step = 1
    if "select" in call.name:
        dim = call.args[2] % value.rank
        source = insert(source, dim)
        at = sympy.sympify(call.args[3])
        start, end = (value.shape[dim] + at if at.is_negative else at), None
        end = start + 1
    else:
        dim = call.arg(2, "dim", 0) % value.rank
        start, step = slice_start(call.arg(3, "start"), value.shape[dim]), int(call.arg(5, "step", 1))
        end = sympy.expand(start + (source.shape[dim] - 1) * step + 1)

    def read(index: Sequence[Index]) -> Expr:
        place = linear(index[dim])
        conditions: list[Expr] = []
        if start != 0:
            conditions.append(op("ge", place, expr(start)))
        if not equal(end, value.shape[dim]):
            conditions.append(op("lt", place, expr(end)))
        moved = place - expr(start)
        if step != 1:
            conditions.append(op("eq", moved % Const(step, "i64"), Const(0, "i64")))
        inner = [single(moved // Const(step, "i64"), source.shape[dim]) if d == dim else i for d, i in enumerate(index)]
        return guarded(conditions, cast_value(source.read(inner), value.dtype), value.read(index))

    return call.pointwise(lambda e: e, replace(value, read=read, free=False), dtype=value.dtype, shape=value.shape, out=0)


def _copy_of(call: Call, value: Value) -> Target:
    target = call.result(value.dtype, value.shape, None, 0)
    if target.handle.buffer.role == "inout":
        target = call.context.temp(call.word, value.dtype, value.shape)
    with call.loops(value.factors) as index:
        call.store(target.elem(index), value.read(index))
    return target


@lowers("aten.scatter.src", "aten.scatter.value", "aten.scatter_add.default")
def _scatter(call: Call) -> Value:
    """A copy, then one store (or sum) for each index, in order: the last one wins."""
    value, dim, index, source = call.args[:4]
    dim = dim % value.rank if value.rank else 0
    source = as_value(source, value.dtype)
    target = _copy_of(call, value)
    with call.loops(index.factors) as at:
        place = single(Opaque(cast(index.read(at), "i64"), expr(value.shape[dim])), value.shape[dim])
        elem = target.elem([place if d == dim else i for d, i in enumerate(at)])
        element = cast_value(source.read(at if source.rank else ()), value.dtype)
        if "add" in call.name:
            if wide(value.dtype) != value.dtype:
                raise call.refuse("a sum in half precision")
            call.builder.reduce("add", elem, element)
        else:
            call.store(elem, element)
    return target.value


@lowers("aten.index_put.default", "aten._unsafe_index_put.default")
def _index_put(call: Call) -> Value:
    """As `scatter`, with an index tensor for each leading dimension."""
    from kernelmill.mill.lower.context import broadcast

    value, given, source = call.args[:3]
    if any(g is None or g.dtype == "bool" for g in given):
        raise call.refuse("a mask or a full slice among the indices")
    common = broadcast([g.shape for g in given])
    rest = value.shape[len(given) :]
    shape = (*common, *rest)
    source = expand(source, shape)
    target = _copy_of(call, value)
    with call.loops(plain(shape)) as at:
        places: list[Index] = []
        for d, g in enumerate(given):
            raw = cast(expand(g, common).read(at[: len(common)]), "i64")
            raw = select(raw < Const(0, "i64"), raw + expr(value.shape[d]), raw)
            places.append(single(Opaque(raw, expr(value.shape[d])), value.shape[d]))
        elem = target.elem([*places, *at[len(common) :]])
        element = cast_value(source.read(at), value.dtype)
        if call.arg(3, "accumulate", False):
            call.builder.reduce("add", elem, element)
        else:
            call.store(elem, element)
    return target.value
