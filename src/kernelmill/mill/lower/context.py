"""What a lowering writes into: the program under construction, its temporaries, loop nests and destinations.

A lowering is a function `f(call) -> Value | tuple[Value, ...]` registered for ATen overloads by `@lowers`. It reads `call.args` (tensors as
`Value`s, symbolic sizes as `Size`s) and writes nests through `call.pointwise`, `call.reduce` or, for anything else, `call.result` and
`call.loops`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError
from kernelmill.mill.build import Builder, Handle
from kernelmill.mill.expr import Const, Elem, Expr, Var, cast, walk
from kernelmill.mill.ir import Store
from kernelmill.mill.lower.sizes import ONE, Size, Symbols, equal, expr, number
from kernelmill.mill.lower.value import Index, Part, Value, constant, expand, linear, plain, regroup

LOOP_NAMES = "ijklpqrstuvw"
Lowered = Value | tuple[Value | None, ...]
LOWERINGS: dict[str, Callable[[Call], Any]] = {}
"""ATen overload (`aten.add.Tensor`) -> lowering."""
VIEWS: set[str] = set()
"""Overloads whose result is another index into their first argument."""
_NAMES = {getattr(torch, t.torch): t.name for t in DTYPES.values()} | {torch.int16: "i16"}


def lowers(*names: str, view: bool = False) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
    """Register a lowering. `view`: the result shares its argument's memory."""

    def register(function: Callable[[Call], Any]) -> Callable[[Call], Any]:
        for name in names:
            LOWERINGS[name] = function
            if view:
                VIEWS.add(name)
        return function

    return register


def dtype_name(dtype: torch.dtype) -> str:
    """`torch.float32` -> `f32`. Raises `UserError` for a dtype that programs do not have."""
    if dtype not in _NAMES:
        raise UserError(f"programs have no elements of {dtype}", got=str(dtype), allowed=sorted(str(d) for d in _NAMES))
    return _NAMES[dtype]


@dataclass(frozen=True)
class Target:
    """Where a value is stored: a buffer, and the element for a logical index."""

    handle: Handle
    shape: tuple[Size, ...]
    factors: tuple[tuple[Size, ...], ...]
    elem: Callable[[Sequence[Index]], Elem]

    @property
    def value(self) -> Value:
        """What was stored, as a value."""
        return Value(self.handle.buffer.dtype, self.shape, self.factors, self.elem)


def dense(handle: Handle, sizes: Sequence[Size]) -> Target:
    """The whole buffer, whose declared dimensions are `sizes`."""
    shape = tuple(sizes)
    return Target(
        handle, shape, plain(shape), lambda index: handle[tuple(linear(i) for i in regroup([p for d in index for p in d], shape))]
    )


class Context:
    """One program under construction."""

    def __init__(self, builder: Builder, symbols: Symbols) -> None:
        self.builder = builder
        self.symbols = symbols

    def temp(self, name: str, dtype: str, shape: Sequence[Size], factors: Sequence[Sequence[Size]] | None = None) -> Target:
        """A temporary; its dimensions are the factors, so that an index is one part after the other."""
        split = plain(shape) if factors is None else tuple(tuple(f) for f in factors)
        physical = [f for dim in split for f in dim]
        handle = self.builder.temp(f"t_{name}", dtype, *map(expr, physical))
        at = dense(handle, physical)
        return Target(handle, tuple(shape), split, at.elem)

    @contextmanager
    def loops(self, factors: Sequence[Sequence[Size]], first: int = 0) -> Iterator[list[Index]]:
        """Loops over all factors, outer first; yields the index of each dimension. `first`: how many loops are already open."""
        with ExitStack() as stack:
            index: list[Index] = []
            at = first
            for dim in factors:
                parts: list[Part] = []
                for size in dim:
                    parts.append(Part(stack.enter_context(self.builder.loop(LOOP_NAMES[at % len(LOOP_NAMES)], expr(size))), size))
                    at += 1
                index.append(tuple(parts))
            yield index


@dataclass
class Call:
    """One node of the exported graph, ready to be lowered."""

    context: Context
    name: str
    """Overload, `aten.add.Tensor`."""
    args: list[Any]
    kwargs: dict[str, Any]
    metas: list[Any]
    """What export knows about each result: a fake tensor, or None for a result that is not used."""
    inputs: list[Any]
    """What export knows about each positional argument (fake tensors, numbers, lists)."""
    where: str
    """Source line or module, for messages."""
    targets: dict[int, Target] = field(default_factory=dict[int, Target])
    """Result number -> where the caller wants it."""
    used: frozenset[int] = frozenset({0})
    """Results that somebody reads."""

    @property
    def builder(self) -> Builder:
        return self.context.builder

    @property
    def word(self) -> str:
        """Short name of the operation, for temporaries."""
        return self.name.split(".")[1].strip("_")

    def arg(self, at: int, name: str, default: Any = None) -> Any:
        """Positional argument, else keyword, else default."""
        return self.args[at] if at < len(self.args) else self.kwargs.get(name, default)

    def shape(self, result: int = 0) -> tuple[Size, ...]:
        """Shape of a result."""
        return tuple(self.context.symbols.size(s) for s in self.metas[result].shape)

    def dtype(self, result: int = 0) -> str:
        """Dtype of a result."""
        return dtype_name(self.metas[result].dtype)

    def refuse(self, why: str, hint: str | None = None) -> UserError:
        """An error that names the operation and where it stands."""
        return UserError(f"cannot lower {self.name}: {why}", got=self.where, hint=hint)

    def loops(self, factors: Sequence[Sequence[Size]], first: int = 0) -> Any:
        """See `Context.loops`."""
        return self.context.loops(factors, first)

    @contextmanager
    def window(self, bounds: Sequence[tuple[Expr, Expr]]) -> Iterator[list[Expr]]:
        """Loops over (start, length) that may depend on the loops outside; yields the places."""
        with ExitStack() as stack:
            yield [start + stack.enter_context(self.builder.loop("w", length)) for start, length in bounds]

    def store(self, elem: Elem, value: Expr) -> None:
        """`elem = value`; a difference of dtypes is a bug of the lowering."""
        if elem.dtype != value.dtype:
            raise TypeError(f"{self.name}: {value.dtype} stored to {elem.buffer} of {elem.dtype}")
        self.builder.add(Store(elem, value))

    def result(
        self, dtype: str, shape: Sequence[Size], factors: Sequence[Sequence[Size]] | None = None, out: int | None = None, name: str = ""
    ) -> Target:
        """Where to store: the destination of result `out` if it has one of this dtype, else a new temporary."""
        if out is not None and out in self.targets and self.targets[out].handle.buffer.dtype == dtype:
            return self.targets[out]
        return self.context.temp(name or self.word, dtype, shape, factors)

    def pointwise(
        self, compute: Callable[..., Expr], *values: Value, dtype: str, shape: Sequence[Size] | None = None,
        out: int | None = None, name: str = "",
    ) -> Value:  # fmt: skip
        """One nest that stores `compute(element of each value)`, broadcast; no nest at all where no value touches memory."""
        shape = broadcast([v.shape for v in values]) if shape is None else tuple(shape)
        spread = [expand(v, shape) for v in values]
        factors = common_factors(spread, shape)

        def read(index: Sequence[Index]) -> Expr:
            return compute(*(v.read(index) for v in spread))

        if all(v.free for v in spread) and out not in self.targets:
            return Value(dtype, shape, factors, read, free=True)
        target = self.result(dtype, shape, factors, out, name)
        target = self._unless_it_reads_itself(target, read, shape, factors, dtype)
        with self.loops(factors) as index:
            self.store(target.elem(index), read(index))
        return target.value

    def _unless_it_reads_itself(
        self, target: Target, read: Callable[[Sequence[Index]], Expr], shape: Sequence[Size], factors: Any, dtype: str
    ) -> Target:
        """A temporary instead, where the nest would read elements of its own target that it has already overwritten."""
        if target.handle.buffer.role != "inout":
            return target
        trial = trial_index(factors)
        elem = target.elem(trial)
        own = [e for e in walk(read(trial)) if isinstance(e, Elem) and e.buffer == elem.buffer]
        return target if all(e == elem for e in own) else self.context.temp(self.word, dtype, shape, factors)

    def reduce(
        self, reducer: str, value: Value, dims: Sequence[int], *, dtype: str, keepdim: bool = False, out: int | None = None,
        term: Callable[[Expr], Expr] = lambda e: e, name: str = "",
    ) -> Value:  # fmt: skip
        """One nest that folds `term(element)` over `dims` into elements that start at the reducer's identity."""
        gone = {d % value.rank for d in dims} if value.rank else set[int]()
        left = [d for d in range(value.rank) if keepdim or d not in gone]
        shape = [ONE if d in gone else value.shape[d] for d in left]
        kept = [() if d in gone else value.factors[d] for d in left]
        target = self.result(dtype, shape, kept, out, name)
        with self.loops(kept) as index:
            elem = target.elem(index)
            self.builder.init(reducer, elem)
            outer = iter(index)
            full = [() if d in gone else next(outer) for d in range(value.rank)] if not keepdim else list(index)
            inside = [value.factors[d] if d in gone else () for d in range(value.rank)]
            with self.loops(inside, sum(map(len, kept))) as inner:
                at = [i if d in gone else full[d] for d, i in enumerate(inner)]
                self.builder.reduce(reducer, elem, term(value.read(at)))
        return target.value


def trial_index(factors: Sequence[Sequence[Size]]) -> list[Index]:
    """An index made of names that stand for nothing, to see what a value reads."""
    return [tuple(Part(Var(f"trial{d}_{n}"), size) for n, size in enumerate(dim)) for d, dim in enumerate(factors)]


def broadcast(shapes: Sequence[Sequence[Size]]) -> tuple[Size, ...]:
    """The common shape of operands, by torch's rule."""
    rank = max((len(s) for s in shapes), default=0)
    found: list[Size] = [ONE] * rank
    for shape in shapes:
        for d, size in enumerate(shape, rank - len(shape)):
            if not equal(size, ONE):
                found[d] = size
    return tuple(found)


def common_factors(values: Sequence[Value], shape: Sequence[Size]) -> tuple[tuple[Size, ...], ...]:
    """Loops for a nest over `shape`: for each dimension the finest split that an operand has."""
    found: list[tuple[Size, ...]] = []
    for d, default in enumerate(plain(shape)):
        best = default
        for value in values:
            if len(value.factors[d]) > len(best) and equal(value.shape[d], shape[d]):
                best = value.factors[d]
        found.append(best)
    return tuple(found)


def as_value(item: Any, dtype: str) -> Value:
    """A tensor unchanged; a Python number or a size as a 0-d constant of `dtype`."""
    if isinstance(item, Value):
        return item
    if isinstance(item, bool | int | float):
        return constant(Const(item, dtype), ())
    known = cast(number(item), dtype)
    return Value(dtype, (), (), lambda index: known, free=True)
