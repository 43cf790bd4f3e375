"""Views: other indices into the same memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy
from torch.utils._sympy.functions import FloorDiv

from kernelmill.mill.expr import Const, Expr, op, select
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.sizes import Size, equal, expr, floordiv, product
from kernelmill.mill.lower.value import Index, Value, drop, expand, insert, linear, permute, plain, remap, reshape, single


@lowers("aten.view.default", "aten._unsafe_view.default", "aten.reshape.default", "aten._reshape_copy.default", "aten.flatten.using_ints",
        "aten.view_copy.default", "prims.collapse.default", view=True)  # fmt: skip
def _view(call: Call) -> Value:
    divides(call, call.args[0].shape, call.shape())
    return reshape(call.args[0], call.shape())


def divides(call: Call, old: tuple[Size, ...], new: tuple[Size, ...]) -> None:
    """A view that cuts an axis into parts of a fixed number exists only where that number divides it: a condition of the program."""
    before, after = product(old), product(new)
    for part in {a for size in new for a in size.atoms(FloorDiv)}:
        whole, number = part.args
        text = f"{whole} % {number} == 0"
        exact = whole.is_Symbol and number.is_Integer and before != after
        if exact and sympy.expand(after.xreplace({part: whole / number}) - before) == 0 and text not in call.builder.conditions:
            call.builder.requires(text)


@lowers("aten.permute.default", "aten.permute_copy.default", view=True)
def _permute(call: Call) -> Value:
    return permute(call.args[0], call.args[1])


@lowers("aten.transpose.int", view=True)
def _transpose(call: Call) -> Value:
    order = list(range(call.args[0].rank))
    a, b = call.args[1:3]
    order[a], order[b] = order[b], order[a]
    return permute(call.args[0], order)


@lowers("aten.t.default", view=True)
def _t(call: Call) -> Value:
    return permute(call.args[0], tuple(reversed(range(call.args[0].rank))))


@lowers("aten.expand.default", "aten.expand_copy.default", view=True)
def _expand(call: Call) -> Value:
    return expand(call.args[0], call.shape())


@lowers("aten.unsqueeze.default", view=True)
def _unsqueeze(call: Call) -> Value:
    return insert(call.args[0], call.args[1] % (call.args[0].rank + 1))


@lowers("aten.squeeze.default", "aten.squeeze.dim", "aten.squeeze.dims", view=True)
def _squeeze(call: Call) -> Value:
    value = call.args[0]
    chosen = call.args[1] if len(call.args) > 1 else list(range(value.rank))
    dims = {d % max(value.rank, 1) for d in (chosen if isinstance(chosen, list) else [chosen])} if value.rank else set[int]()
    return drop(value, [d for d in dims if equal(value.shape[d], sympy.Integer(1))])


@lowers("aten.select.int", view=True)
def _select(call: Call) -> Value:
    value, dim, at = call.args[:3]
    dim %= value.rank
    place = expr(_wrap(at, value.shape[dim]))
    return drop(remap(value, dim, sympy.Integer(1), lambda e: place), [dim])


def _wrap(at: Any, size: Size) -> Size:
    at = sympy.sympify(at)
    return size + at if at.is_negative else at


@lowers("aten.slice.Tensor", "aten.slice_copy.Tensor", view=True)
def _slice(call: Call) -> Value:
    value = call.args[0]
    dim, start, step = call.arg(1, "dim", 0) % value.rank, call.arg(2, "start"), call.arg(4, "step", 1)
    size = call.shape()[dim]
    begin = slice_start(start, value.shape[dim])
    if equal(size, value.shape[dim]) and int(step) == 1:
        return value
    return remap(value, dim, size, lambda e: e * Const(int(step), "i64") + expr(begin))


def slice_start(start: Any, size: Size) -> Size:
    """Where a slice begins: negative starts count from the end and stop at 0."""
    if start is None:
        return sympy.Integer(0)
    begin = sympy.sympify(start)
    if begin.is_negative:
        begin = sympy.expand(size + begin) if not size.is_Integer else sympy.Max(size + begin, 0)
    return begin


@lowers("aten.split_with_sizes.default", "aten.split.Tensor", "aten.chunk.default", "aten.unbind.int", view=True)
def _split(call: Call) -> tuple[Value, ...]:
    value = call.args[0]
    word = call.name.split(".")[1]
    dim = (call.arg(1, "dim", 0) if word == "unbind" else call.arg(2, "dim", 0)) % value.rank
    begin = sympy.Integer(0)
    pieces: list[Value] = []
    for result, meta in enumerate(call.metas):
        if word == "unbind":
            pieces.append(drop(remap(value, dim, sympy.Integer(1), lambda e, at=result: e + at), [dim]))
            continue
        size = call.shape(result)[dim] if meta is not None else sympy.Integer(0)
        pieces.append(remap(value, dim, size, lambda e, begin=begin: e + expr(begin)))
        begin = sympy.expand(begin + size)
    return tuple(pieces)


@lowers("aten.repeat.default", view=True)
def _repeat(call: Call) -> Value:
    value, shape = call.args[0], call.shape()
    while value.rank < len(shape):
        value = insert(value, 0)
    for d, size in enumerate(shape):
        old = value.shape[d]
        if equal(old, sympy.Integer(1)):
            value = expand(value, (*value.shape[:d], size, *value.shape[d + 1 :]))
        elif not equal(old, size):
            lead, rest = value.shape[:d], value.shape[d:]
            value = expand(insert(value, d), (*lead, floordiv(size, old), *rest))
            value = reshape(value, (*lead, size, *rest[1:]))
    return value


@lowers("aten.flip.default", view=True)
def _flip(call: Call) -> Value:
    value = call.args[0]
    for d in (d % value.rank for d in call.args[1]):
        last = expr(value.shape[d]) - 1
        value = remap(value, d, value.shape[d], lambda e, last=last: last - e)
    return value


@lowers("aten.roll.default", view=True)
def _roll(call: Call) -> Value:
    value = call.args[0]
    shifts, dims = call.args[1], call.arg(2, "dims", [])
    if not dims:
        raise call.refuse("a roll without dims")
    for shift, d in zip(shifts, (d % value.rank for d in dims), strict=True):
        size = expr(value.shape[d])
        back = Const(int(shift), "i64")
        value = remap(value, d, value.shape[d], lambda e, back=back, size=size: (e - back) % size)
    return value


@lowers("aten.diagonal.default", view=True)
def _diagonal(call: Call) -> Value:
    value, offset = call.args[0], call.arg(1, "offset", 0)
    a, b = call.arg(2, "dim1", 0) % value.rank, call.arg(3, "dim2", 1) % value.rank
    if offset != 0:
        raise call.refuse("a diagonal that is not the main one")
    shape = call.shape()
    rest = [d for d in range(value.rank) if d not in (a, b)]

    def read(index: Any) -> Expr:
        full: list[Index] = [()] * value.rank
        for d, i in zip(rest, index, strict=False):
            full[d] = i
        at = linear(index[-1])
        full[a], full[b] = single(at, value.shape[a]), single(at, value.shape[b])
        return value.read(full)

    return replace(value, shape=shape, factors=plain(shape), read=read)


@lowers("aten.unfold.default", view=True)
def _unfold(call: Call) -> Value:
    """Windows along a dimension; the place in the window becomes the last dimension."""
    value, dim, _, step = call.args
    dim %= value.rank
    shape = call.shape()

    def read(index: Any) -> Expr:
        place = linear(index[dim]) * Const(int(step), "i64") + linear(index[-1])
        return value.read([single(place, value.shape[dim]) if d == dim else i for d, i in enumerate(index[:-1])])

    return replace(value, shape=shape, factors=plain(shape), read=read)


def inside(place: Expr, size: Size) -> Expr:
    """Whether an index that may run over is in 0 .. size-1."""
    return op("and", op("ge", place, Const(0, "i64")), op("lt", place, expr(size)))


def guarded(conditions: list[Expr], value: Expr, other: Expr) -> Expr:
    """`value` where all conditions hold, else `other`; nothing is read there."""
    if not conditions:
        return value
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = op("and", whole, condition)
    return select(whole, value, other)
