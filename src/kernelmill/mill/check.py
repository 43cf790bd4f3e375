"""What every program must satisfy; moves and the parser call it, so that a broken program is found where it is made."""

from __future__ import annotations

from kernelmill.mill.expr import Elem, Expr, Var, walk
from kernelmill.mill.ir import Alloc, Barrier, Body, Buffer, Call, If, Let, Loop, Program, Reduce, Scan, Store


def check(program: Program) -> None:
    """Raise ValueError if names clash or are unknown, ranks or dtypes disagree, or a read-only buffer is written."""
    _Checker(program).run()


class _Checker:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.reducers = {r.name: r for r in program.reducers}
        self.bound: set[str] = set()
        self.variables: dict[str, str] = {}
        self.buffers: dict[str, Buffer] = {}

    def run(self) -> None:
        program = self.program
        for axis in program.axes:
            self._bind(axis, "i64")
        for scalar in program.scalars:
            self._bind(scalar.name, scalar.dtype)
        for buffer in program.buffers:
            self._allocate(buffer)
        for reducer in program.reducers:
            sizes = {len(reducer.left), len(reducer.right), len(reducer.combine), len(reducer.identity)}
            if len(sizes) != 1 or tuple(e.dtype for e in reducer.combine) != reducer.dtypes:
                raise ValueError(f"reducer {reducer.name}: states, combiner and identity disagree")
        for kernel in program.kernels:
            self._body(kernel.body)

    def _bind(self, name: str, dtype: str) -> None:
        if name in self.bound:
            raise ValueError(f"name {name} is bound twice")
        self.bound.add(name)
        self.variables[name] = dtype

    def _allocate(self, buffer: Buffer) -> None:
        if buffer.name in self.bound:
            raise ValueError(f"name {buffer.name} is bound twice")
        self.bound.add(buffer.name)
        for size in buffer.shape:
            self._expr(size, "i64")
        self.buffers[buffer.name] = buffer

    def _body(self, body: Body) -> None:
        outer, buffers = dict(self.variables), dict(self.buffers)
        for stmt in body:
            match stmt:
                case Loop():
                    self._expr(stmt.extent, "i64")
                    inner = dict(self.variables)
                    self._bind(stmt.var, "i64")
                    self._body(stmt.body)
                    self.variables = inner
                case Let():
                    self._expr(stmt.value)
                    self._bind(stmt.name, stmt.value.dtype)
                case Store():
                    self._target(stmt.target)
                    self._expr(stmt.value, stmt.target.dtype)
                case Reduce() | Scan():
                    self._combine(stmt)
                case If():
                    self._expr(stmt.condition, "bool")
                    self._body(stmt.then)
                    self._body(stmt.orelse)
                case Alloc():
                    self._allocate(stmt.buffer)
                case Call():
                    for arg in stmt.args:
                        self._expr(arg)
                case Barrier():
                    pass
                case _:
                    raise ValueError(f"not a statement: {stmt!r}")
        self.variables, self.buffers = outer, buffers

    def _combine(self, stmt: Reduce | Scan) -> None:
        reducer = self.reducers.get(stmt.reducer)
        if reducer is None:
            raise ValueError(f"unknown reducer {stmt.reducer}")
        for group in (stmt.targets, stmt.outs) if isinstance(stmt, Scan) else (stmt.targets,):
            if tuple(e.dtype for e in group) != reducer.dtypes:
                raise ValueError(f"{stmt.reducer} keeps {reducer.dtypes}, got {tuple(e.dtype for e in group)}")
            for target in group:
                self._target(target)
        if len(stmt.values) != len(reducer.dtypes):
            raise ValueError(f"{stmt.reducer} takes {len(reducer.dtypes)} values, got {len(stmt.values)}")
        for value, dtype in zip(stmt.values, reducer.dtypes, strict=True):
            self._expr(value, dtype)

    def _target(self, target: Elem) -> None:
        self._expr(target)
        if self.buffers[target.buffer].role == "in":
            raise ValueError(f"{target.buffer} is an input and must not be written")

    def _expr(self, expr: Expr, dtype: str = "") -> None:
        if dtype and expr.dtype != dtype:
            raise ValueError(f"expected {dtype}, got {expr.dtype}")
        for node in walk(expr):
            match node:
                case Var():
                    if self.variables.get(node.name) != node.dtype:
                        raise ValueError(f"{node.name} of {node.dtype} is not defined here")
                case Elem():
                    buffer = self.buffers.get(node.buffer)
                    if buffer is None:
                        raise ValueError(f"buffer {node.buffer} is not defined here")
                    if len(buffer.shape) != len(node.index) or buffer.dtype != node.dtype:
                        raise ValueError(f"{node.buffer} has {len(buffer.shape)} dimensions of {buffer.dtype}")
                case _:
                    pass
