"""Builder: write a loop program by hand, as Python that looks like the program.

    b = Builder("relu")
    (n,) = b.axes("n")
    x, y = b.input("x", "f32", n), b.output("y", "f32", n)
    with b.loop("i", n) as i:
        y[i] = op("max", x[i], 0.0)
    program = b.program()

Repeated loop or let names get a number (`i`, `i1`), so that a lowering may ask for "i" every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kernelmill.mill import reducers as library
from kernelmill.mill.expr import Const, Elem, Expr, Opaque, Var, lift
from kernelmill.mill.ir import (
    SERIAL,
    Alloc,
    Barrier,
    Buffer,
    Call,
    If,
    Kernel,
    Kind,
    Let,
    Loop,
    Program,
    Reduce,
    Reducer,
    Scan,
    Stmt,
    Store,
)  # fmt: skip

Index = Expr | int | tuple["Expr | int", ...]


@dataclass(frozen=True)
class Handle:
    """A buffer in the hands of a builder: `h[i, j]` reads, `h[i, j] = e` appends a store, `h[()]` is a 0-d element."""

    buffer: Buffer
    owner: Builder

    def __getitem__(self, index: Index) -> Elem:
        return self.buffer.at(*(index if isinstance(index, tuple) else (index,)))

    def __setitem__(self, index: Index, value: Any) -> None:
        target = self[index]
        self.owner.add(Store(target, _same(target, lift(value, target.dtype))))


class Builder:
    """Collects declarations and statements; `program()` gives the finished value."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._axes: list[str] = []
        self._buffers: list[Buffer] = []
        self._scalars: list[Var] = []
        self._reducers: dict[str, Reducer] = {}
        self._requires: list[str] = []
        self._kernels: list[Kernel] = []
        self._blocks: list[list[Stmt]] = [[]]
        self._taken: set[str] = set()

    # declarations
    def axes(self, *names: str) -> tuple[Var, ...]:
        """Symbolic sizes, in the order of the entry's arguments."""
        self._axes += [self._claim(n) for n in names]
        return tuple(Var(n) for n in names)

    def scalar(self, name: str, dtype: str) -> Var:
        """A scalar attribute (`f64`, `i64` or `bool` by the calling convention)."""
        self._scalars.append(Var(self._claim(name), dtype))
        return self._scalars[-1]

    def input(self, name: str, dtype: str, *shape: Expr | int) -> Handle:
        """A tensor that is only read."""
        return self._declare(name, dtype, shape, "in")

    def inout(self, name: str, dtype: str, *shape: Expr | int) -> Handle:
        """A tensor that is updated in place."""
        return self._declare(name, dtype, shape, "inout")

    def output(self, name: str, dtype: str, *shape: Expr | int) -> Handle:
        """A tensor that is only written."""
        return self._declare(name, dtype, shape, "out")

    def temp(self, name: str, dtype: str, *shape: Expr | int) -> Handle:
        """A temporary of the whole program (its name may get a number)."""
        return self._declare(self.fresh(name), dtype, shape, "temp", claim=False)

    def requires(self, text: str) -> None:
        """A condition on axes that the caller guarantees (`M % 16 == 0`)."""
        self._requires.append(text)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions stated so far."""
        return tuple(self._requires)

    def fresh(self, name: str) -> str:
        """`name`, or `name` with the first free number, claimed."""
        candidate, count = name, 0
        while candidate in self._taken:
            count += 1
            candidate = f"{name}{count}"
        return self._claim(candidate)

    # statements
    def add(self, stmt: Stmt) -> None:
        """Append a statement to the open block."""
        self._blocks[-1].append(stmt)

    @contextmanager
    def loop(self, name: str, extent: Expr | int, kind: Kind = SERIAL) -> Iterator[Var]:
        """`for name < extent kind`."""
        var = self.fresh(name)
        with self._block() as body:
            yield Var(var)
        self.add(Loop(var, lift(extent, "i64"), tuple(body), kind))

    @contextmanager
    def when(self, condition: Expr) -> Iterator[None]:
        """`if condition`; follow with `otherwise()` for the else branch."""
        with self._block() as body:
            yield
        self.add(If(condition, tuple(body)))

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """The else branch of the `when` just closed."""
        with self._block() as body:
            yield
        last = self._blocks[-1].pop()
        if not isinstance(last, If) or last.orelse:
            raise ValueError("otherwise() must follow when()")
        self.add(If(last.condition, last.then, tuple(body)))

    def let(self, name: str, value: Expr) -> Var:
        """Name a value."""
        stmt = Let(self.fresh(name), value)
        self.add(stmt)
        return stmt.var

    def alloc(self, name: str, dtype: str, *shape: Expr | int, scope: str = "register") -> Handle:
        """Private storage to the end of the block; no shape means one element, read as `h[()]`."""
        buffer = Buffer(self.fresh(name), dtype, tuple(lift(s, "i64") for s in shape), scope)
        self.add(Alloc(buffer))
        return Handle(buffer, self)

    def init(self, reducer: str | Reducer, *targets: Elem) -> None:
        """Store the reducer's identity."""
        for target, value in zip(targets, self.use(reducer, targets).identity, strict=True):
            self.add(Store(target, value))

    def reduce(self, reducer: str | Reducer, targets: Elem | tuple[Elem, ...], *values: Any, reassoc: bool = False) -> None:
        """Combine values into targets; `reducer` is a standard name (dtype taken from the first target) or a Reducer."""
        targets = targets if isinstance(targets, tuple) else (targets,)
        red = self.use(reducer, targets)
        exprs = tuple(lift(v, d) for v, d in zip(values, red.dtypes, strict=True))
        self.add(Reduce(red.name, targets, exprs, reassoc))

    def scan(
        self, reducer: str | Reducer, targets: Elem | tuple[Elem, ...], values: Any, outs: Elem | tuple[Elem, ...],
        *, exclusive: bool = False, reassoc: bool = False,
    ) -> None:  # fmt: skip
        """`reduce`, then write the running state to `outs`."""
        targets = targets if isinstance(targets, tuple) else (targets,)
        values = values if isinstance(values, tuple) else (values,)
        outs = outs if isinstance(outs, tuple) else (outs,)
        red = self.use(reducer, targets)
        exprs = tuple(lift(v, d) for v, d in zip(values, red.dtypes, strict=True))
        self.add(Scan(red.name, targets, exprs, outs, exclusive, reassoc))

    def barrier(self, scope: str = "shared") -> None:
        """Wait for all threads that share `scope`."""
        self.add(Barrier(scope))

    def call(self, name: str, *args: Expr) -> None:
        """An intrinsic statement."""
        self.add(Call(name, args))

    @staticmethod
    def opaque(value: Expr, extent: Expr | int) -> Opaque:
        """An index read from data, promised to lie in 0 .. extent-1."""
        return Opaque(value, lift(extent, "i64"))

    @contextmanager
    def kernel(self, name: str) -> Iterator[None]:
        """A separate kernel; statements outside any `kernel` block form one named after the program."""
        with self._block() as body:
            yield
        self._kernels.append(Kernel(name, tuple(body)))

    def program(self) -> Program:
        """The finished program."""
        if len(self._blocks) != 1:
            raise ValueError("a block is still open")
        loose = [Kernel(self.name, tuple(self._blocks[0]))] if self._blocks[0] or not self._kernels else []
        order = {"in": 0, "inout": 1, "out": 2, "temp": 3}
        return Program(
            self.name, tuple(self._axes), tuple(sorted(self._buffers, key=lambda b: order[b.role])),
            (*self._kernels, *loose), tuple(self._scalars), tuple(self._reducers.values()), tuple(self._requires),
        )  # fmt: skip

    def use(self, reducer: str | Reducer, targets: tuple[Elem, ...]) -> Reducer:
        """Register a reducer, checking that the targets have its dtypes."""
        red = library.standard(reducer, targets[0].dtype) if isinstance(reducer, str) else reducer
        if red.dtypes != tuple(t.dtype for t in targets):
            raise TypeError(f"{red.name} keeps {red.dtypes}, targets are {tuple(t.dtype for t in targets)}")
        if self._reducers.setdefault(red.name, red) != red:
            raise ValueError(f"two reducers named {red.name}")
        return red

    @contextmanager
    def _block(self) -> Iterator[list[Stmt]]:
        body: list[Stmt] = []
        self._blocks.append(body)
        try:
            yield body
        finally:
            self._blocks.pop()

    def _claim(self, name: str) -> str:
        if not name.isidentifier() or name in self._taken:
            raise ValueError(f"{name!r} is not a free name")
        self._taken.add(name)
        return name

    def _declare(self, name: str, dtype: str, shape: tuple[Expr | int, ...], role: str, claim: bool = True) -> Handle:
        buffer = Buffer(self._claim(name) if claim else name, dtype, tuple(lift(s, "i64") for s in shape), "global", role)
        self._buffers.append(buffer)
        return Handle(buffer, self)


def _same(target: Elem, value: Expr) -> Expr:
    if target.dtype != value.dtype:
        raise TypeError(f"store of {value.dtype} to {target.buffer} of {target.dtype}; write the cast")
    return value


def const(value: float | int | bool, dtype: str) -> Const:
    """A literal."""
    return Const(value, dtype)
