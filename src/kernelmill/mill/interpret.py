"""Runs a loop program in Python, one statement instance at a time: slow, simple, and the meaning of the language.

Printer and moves are tested against it. `shuffle` runs the iterations of parallel, vector, grid, block and lane loops in
a random order, so that a loop marked so by mistake gives another answer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kernelmill.mill.expr import FLOATS, Const, Elem, Expr, Op, Opaque, Var
from kernelmill.mill.ir import Alloc, Body, Call, If, Let, Loop, Program, Reduce, Scan, Stmt, Store

NUMPY = {
    "f32": np.float32, "f64": np.float64, "i8": np.int8, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "bool": np.bool_,
}  # fmt: skip
_FREE = frozenset({"parallel", "vector", "grid", "block", "lane"})


def run(
    program: Program, arrays: dict[str, np.ndarray], axes: dict[str, int], scalars: dict[str, Any] | None = None, shuffle: int | None = None
) -> None:
    """Execute on `arrays` (name -> array, written in place). Raises IndexError on an access outside a buffer.

    Private and temporary storage starts as NaN (or a large integer), so that reading it before writing shows.
    """
    machine = _Interpreter(program, {**axes, **(scalars or {})}, shuffle)
    machine.memory.update(arrays)
    for buffer in program.temps:
        machine.allocate(buffer.name, buffer.dtype, [machine.value(s) for s in buffer.shape])
    with np.errstate(all="ignore"):
        for kernel in program.kernels:
            machine.body(kernel.body)


class _Interpreter:
    def __init__(self, program: Program, names: dict[str, Any], shuffle: int | None) -> None:
        self.program = program
        self.names: dict[str, Any] = dict(names)
        self.memory: dict[str, np.ndarray] = {}
        self.random = None if shuffle is None else random.Random(shuffle)

    def allocate(self, name: str, dtype: str, shape: Sequence[Any]) -> None:
        fill = math.nan if dtype in FLOATS else True if dtype == "bool" else 77
        self.memory[name] = np.full([int(s) for s in shape], fill, NUMPY[dtype])

    def body(self, body: Body) -> None:
        for stmt in body:
            self.statement(stmt)

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Loop():
                order = list(range(int(self.value(stmt.extent))))
                if self.random is not None and stmt.kind.name in _FREE and not _carries(stmt.body):
                    self.random.shuffle(order)
                for i in order:
                    self.names[stmt.var] = np.int64(i)
                    self.body(stmt.body)
            case Let():
                self.names[stmt.name] = self.value(stmt.value)
            case Store():
                value = self.value(stmt.value)
                self.write(stmt.target, value)
            case Reduce() | Scan():
                self.combine(stmt)
            case If():
                self.body(stmt.then if self.value(stmt.condition) else stmt.orelse)
            case Alloc():
                self.allocate(stmt.buffer.name, stmt.buffer.dtype, [self.value(s) for s in stmt.buffer.shape])
            case Call(name="prefetch" | "prefetch_write"):
                pass
            case _:
                raise TypeError(f"cannot run {stmt!r}")

    def combine(self, stmt: Reduce | Scan) -> None:
        reducer = self.program.reducer(stmt.reducer)
        values = [self.value(v) for v in stmt.values]
        old = [self.value(t) for t in stmt.targets]
        inner = _Interpreter(self.program, dict(zip([v.name for v in reducer.left + reducer.right], old + values, strict=True)), None)
        new = [inner.value(e) for e in reducer.combine]
        if isinstance(stmt, Scan):
            for out, value in zip(stmt.outs, old if stmt.exclusive else new, strict=True):
                self.write(out, value)
        for target, value in zip(stmt.targets, new, strict=True):
            self.write(target, value)

    def at(self, elem: Elem) -> tuple[int, ...]:
        index = tuple(int(self.value(i)) for i in elem.index)
        shape = self.memory[elem.buffer].shape
        if any(not 0 <= i < n for i, n in zip(index, shape, strict=True)):
            raise IndexError(f"{elem.buffer}{list(index)} is outside {list(shape)}")
        return index

    def write(self, elem: Elem, value: Any) -> None:
        self.memory[elem.buffer][self.at(elem)] = value

    def value(self, e: Expr) -> Any:
        match e:
            case Const():
                return NUMPY[e.dtype](e.value)
            case Var():
                return NUMPY[e.dtype](self.names[e.name])
            case Elem():
                return self.memory[e.buffer][self.at(e)]
            case Opaque():
                return self.value(e.value)
            case Op(name="select", args=(c, a, b)):
                return self.value(a if self.value(c) else b)
            case Op(name="and", args=(a, b)):
                return np.bool_(self.value(a) and self.value(b))
            case Op(name="or", args=(a, b)):
                return np.bool_(self.value(a) or self.value(b))
            case Op(name="cast", args=(a,)):
                return NUMPY[e.dtype](self.value(a))
            case Op():
                return NUMPY[e.dtype](_APPLY[e.name](*(self.value(a) for a in e.args)))
            case _:
                raise TypeError(f"not an expression: {e!r}")


def _carries(body: Body) -> bool:
    """True if a scan is inside: its order is part of its meaning."""
    from kernelmill.mill.walk import statements

    return any(isinstance(s, Scan) for s in statements(body))


def _wide(function: Callable[..., float]) -> Callable[..., Any]:
    return np.vectorize(lambda *a: function(*map(float, a)), otypes=[np.float64])


_APPLY: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b, "neg": lambda a: -a, "min": np.minimum, "max": np.maximum,
    "fmin": lambda a, b: a if a < b else b, "fmax": lambda a, b: a if a > b else b, "abs": np.abs,
    "fma": lambda a, b, c: a * b + c, "isnan": np.isnan, "isinf": np.isinf, "not": np.logical_not,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "bitand": lambda a, b: a & b, "bitor": lambda a, b: a | b,
    "bitxor": lambda a, b: a ^ b, "bitnot": lambda a: ~a, "shl": lambda a, b: a << b, "shr": lambda a, b: a >> b,
    "copysign": np.copysign, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log2": np.log2,
    "log10": np.log10, "log1p": np.log1p, "sqrt": np.sqrt, "rsqrt": lambda a: 1 / np.sqrt(a), "cbrt": np.cbrt, "sin": np.sin,
    "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "erf": _wide(math.erf),
    "erfc": _wide(math.erfc), "sigmoid": lambda a: 1 / (1 + np.exp(-a)), "softplus": lambda a: np.logaddexp(a, 0),
    "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "round": np.round, "reciprocal": lambda a: 1 / a,
    "lgamma": _wide(math.lgamma), "pow": np.power, "atan2": np.arctan2, "fmod": np.fmod,
}  # fmt: skip
_APPLY.update({f"fast_{name}": function for name, function in list(_APPLY.items())})
