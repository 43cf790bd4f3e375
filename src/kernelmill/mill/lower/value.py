"""Tensors while a program is being made: functions from an index to an expression.

A `Value` may stand for a buffer, for a view of one, or for something that needs no memory (a constant, an `arange`, a mask made of
indices). Views compose by composing functions, so that permute, expand, slice and reshape cost nothing.

The index of one dimension is a tuple of `Part`s, outer to inner: after `x.view(B * T, C)` a loop nest still runs over `b` and `t`, and
the first dimension's index is `(b of B, t of T)`. Reshapes hand parts on where they can; only where sizes do not match do they divide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from kernelmill.mill.expr import Const, Expr
from kernelmill.mill.lower.sizes import ONE, Size, equal, expr, product, quotient


class Part(NamedTuple):
    """One factor of a dimension's index: 0 <= expr < size."""

    expr: Expr
    size: Size


Index: TypeAlias = tuple[Part, ...]
"""Index in one dimension, outer part first; `()` is 0 in a dimension of size 1."""


@dataclass(frozen=True)
class Value:
    """A tensor as a function."""

    dtype: str
    shape: tuple[Size, ...]
    factors: tuple[tuple[Size, ...], ...]
    """For each dimension the sizes of the loops that suit it, outer first; their product is the dimension."""
    read: Callable[[Sequence[Index]], Expr]
    """The element at an index, of dtype `dtype`."""
    free: bool = False
    """Whether reading touches no memory."""

    @property
    def rank(self) -> int:
        return len(self.shape)

    def at(self, *index: Index) -> Expr:
        """The element at an index."""
        return self.read(index)


def linear(index: Index) -> Expr:
    """The index in one dimension as one expression (Horner over its parts)."""
    total: Expr = Const(0, "i64")
    for part in index:
        total = part.expr if isinstance(total, Const) and total.value == 0 else total * expr(part.size) + part.expr
    return total


def single(e: Expr, size: Size) -> Index:
    """An index made of one part."""
    return () if equal(size, ONE) else (Part(e, size),)


def regroup(parts: Sequence[Part], sizes: Sequence[Size]) -> tuple[Index, ...]:
    """Distribute the parts of a row-major index over dimensions of these sizes (the products agree)."""
    rest = [p for p in parts if not equal(p.size, ONE)]
    found: list[Index] = []
    todo = list(sizes)
    while todo:
        want = todo[-1]
        taken: list[Part] = []
        have = ONE
        while not equal(have, want):
            if not rest:
                return (*_divide(taken, todo), *reversed(found))
            part = rest.pop()
            if quotient(want, have * part.size) is not None:
                taken.insert(0, part)
                have = have * part.size
                continue
            inner = quotient(want, have)
            outer = None if inner is None else quotient(part.size, inner)
            if inner is None or outer is None:
                return (*_divide([*rest, part, *taken], todo), *reversed(found))
            rest.append(Part(part.expr // expr(inner), outer))
            taken.insert(0, Part(part.expr % expr(inner), inner))
            have = want
        found.append(tuple(taken))
        todo.pop()
    return tuple(reversed(found))


def _divide(parts: Sequence[Part], sizes: Sequence[Size]) -> list[Index]:
    """The general case: one linear index, divided down."""
    at = linear(tuple(parts))
    found: list[Index] = []
    for size in reversed(sizes[1:]):
        found.insert(0, single(at % expr(size), size))
        at = at // expr(size)
    return [single(at, sizes[0]), *found]


def regroup_factors(factors: Sequence[Sequence[Size]], shape: Sequence[Size]) -> tuple[tuple[Size, ...], ...]:
    """How loops over dimensions with these factors fall into dimensions of a new shape; a dimension they do not fit is one loop."""
    rest = [f for dim in factors for f in dim if not equal(f, ONE)]
    found: list[tuple[Size, ...]] = []
    for want in reversed(shape):
        taken: list[Size] = []
        while not equal(product(taken), want) and rest and quotient(want, product([*taken, rest[-1]])) is not None:
            taken.insert(0, rest.pop())
        have = product(taken)
        if not equal(have, want):
            inner = quotient(want, have)
            outer = quotient(rest[-1], inner) if rest and inner is not None else None
            if inner is None or outer is None:
                return tuple(plain(shape))
            rest[-1] = outer
            taken.insert(0, inner)
        found.append(tuple(taken))
    return tuple(reversed(found))


def plain(shape: Sequence[Size]) -> tuple[tuple[Size, ...], ...]:
    """One loop for each dimension (none where the size is 1)."""
    return tuple(() if equal(s, ONE) else (s,) for s in shape)


def constant(value: Const, shape: Sequence[Size]) -> Value:
    """The same number everywhere."""
    return Value(value.dtype, tuple(shape), plain(shape), lambda index: value, free=True)


def reshape(value: Value, shape: Sequence[Size]) -> Value:
    """The same elements in row-major order under another shape."""
    if len(shape) == value.rank and all(map(equal, shape, value.shape)):
        return value
    old = value.shape

    def read(index: Sequence[Index]) -> Expr:
        return value.read(regroup([p for dim in index for p in dim], old))

    return replace(value, shape=tuple(shape), factors=regroup_factors(value.factors, shape), read=read)


def permute(value: Value, order: Sequence[int]) -> Value:
    """Dimension `order[d]` of the value becomes dimension `d`."""
    order = [d % value.rank for d in order]
    where = [order.index(d) for d in range(value.rank)]
    return replace(
        value,
        shape=tuple(value.shape[d] for d in order),
        factors=tuple(value.factors[d] for d in order),
        read=lambda index: value.read([index[w] for w in where]),
    )


def expand(value: Value, shape: Sequence[Size]) -> Value:
    """Broadcast: new dimensions in front, dimensions of size 1 repeated."""
    lead = len(shape) - value.rank
    stretched = [d < lead or (equal(value.shape[d - lead], ONE) and not equal(shape[d], ONE)) for d in range(len(shape))]
    if not any(stretched):
        return value
    factors = tuple(plain([s])[0] if far else value.factors[d - lead] for d, (s, far) in enumerate(zip(shape, stretched, strict=True)))

    def read(index: Sequence[Index]) -> Expr:
        return value.read([() if far else index[d] for d, far in enumerate(stretched) if d >= lead])

    return replace(value, shape=tuple(shape), factors=factors, read=read)


def remap(value: Value, dim: int, size: Size, place: Callable[[Expr], Expr]) -> Value:
    """Dimension `dim` gets `size` and reads the element at `place(index)`: slice, flip, select with the dimension kept."""
    old = value.shape[dim]

    def read(index: Sequence[Index]) -> Expr:
        return value.read([single(place(linear(i)), old) if d == dim else i for d, i in enumerate(index)])

    shape = tuple(size if d == dim else s for d, s in enumerate(value.shape))
    factors = tuple(plain([size])[0] if d == dim else f for d, f in enumerate(value.factors))
    return replace(value, shape=shape, factors=factors, read=read)


def drop(value: Value, dims: Sequence[int]) -> Value:
    """Without these dimensions, which have size 1."""
    gone = {d % value.rank for d in dims}
    keep = [d for d in range(value.rank) if d not in gone]

    def read(index: Sequence[Index]) -> Expr:
        inner = iter(index)
        return value.read([() if d in gone else next(inner) for d in range(value.rank)])

    return replace(value, shape=tuple(value.shape[d] for d in keep), factors=tuple(value.factors[d] for d in keep), read=read)


def insert(value: Value, dim: int) -> Value:
    """With a new dimension of size 1 at `dim`."""
    return replace(
        value,
        shape=(*value.shape[:dim], ONE, *value.shape[dim:]),
        factors=(*value.factors[:dim], (), *value.factors[dim:]),
        read=lambda index: value.read([*index[:dim], *index[dim + 1 :]]),
    )
