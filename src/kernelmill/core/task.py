"""What to compute: named axes, typed tensors with roles, a reference in PyTorch, and how its inputs are drawn.

A task is plain data, its reference included (as Python source), so that it can be hashed, archived, shipped to a sandbox and rebuilt
there. Turning the source into a callable is the business of `kernelmill.tasks`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError, unknown

Role = Literal["in", "out", "inout"]
PROFILES = ("ci", "cpu", "gpu", "paper")


@dataclass(frozen=True)
class Tensor:
    """One argument of a kernel that is an array: dense, row-major, base address aligned to 64 bytes."""

    name: str
    shape: tuple[str | int, ...]
    """A formula over the axes for each dimension; empty for a 0-d tensor (a pointer to one element)."""
    role: Role = "in"
    dtype: str = "f32"
    weight: bool = False
    """Whether it is a parameter or buffer of a module (fixed at deployment)."""

    def dims(self, axes: Mapping[str, int]) -> tuple[int, ...]:
        """The shape for these axis values."""
        return tuple(formula.evaluate(d, axes) for d in self.shape)

    def bytes(self, axes: Mapping[str, int]) -> int:
        """Size in bytes for these axis values."""
        return math.prod(self.dims(axes)) * DTYPES[self.dtype].bytes


@dataclass(frozen=True)
class Scalar:
    """A scalar attribute: passed after the axes, float as `double`, int as `int64_t`, bool as `uint8_t`."""

    name: str
    value: float | int | bool

    @property
    def c(self) -> str:
        """C type in the signature."""
        return "uint8_t" if isinstance(self.value, bool) else "int64_t" if isinstance(self.value, int) else "double"


@dataclass(frozen=True)
class Draw:
    """How the elements of one tensor are drawn; `a` and `b` as the distribution says.

    `normal`: mean a, deviation b. `uniform`: [a, b). `loguniform`: sign times exp(uniform(log a, log b)); with a > 0 and `signed`
    a random sign. `integers`: whole numbers in [a, b]. `odd`: odd whole numbers in [-a, a]. `sparse`: at most b non-zeros of value -1 or
    1 at random places of every line along `axis`, else 0. `outliers`: normal(0, 1) with a share `a` of elements
    times b. `constant`: a. `index`: integers in [0, b) (b may be a formula over axes). `bool`: true with probability a.
    `given`: what the reference's own source makes (its `get_inputs`, or its constructor for a weight); only `kernelmill.tasks` can draw it.
    """

    kind: Literal["normal", "uniform", "loguniform", "integers", "odd", "sparse", "outliers", "constant", "index", "bool", "given"]
    a: float = 0.0
    b: float | str = 1.0
    signed: bool = True
    axis: int = -1


@dataclass(frozen=True)
class Family:
    """An input family: a way of drawing all inputs of a task."""

    name: str
    draws: tuple[tuple[str, Draw], ...]
    """(tensor name, draw) for every `in` and `inout` tensor."""
    exact: bool = False
    """Whether the result is a whole number that any honest order of summation reproduces: compared after rounding, for equality."""


@dataclass(frozen=True)
class Reference:
    """The meaning of a task: Python source that needs `torch` alone.

    kind `function`: `entry(*inputs, *inouts in declared order, **scalars)` returns the outputs (a tensor or a tuple, in declared order); an
    in-out tensor is returned in its place among the outputs, not written. kind `module`: `entry` is an `nn.Module` class constructed
    with `get_init_inputs()` of the same source; weights are tensors of the task and passed by name.
    """

    source: str
    entry: str
    kind: Literal["function", "module"] = "function"
    constants: tuple[tuple[str, int | float | bool | str], ...] = ()
    """Module constants of the source to replace before it runs (`--set batch_size=16`)."""
    eval_mode: bool = False
    """Put the module into eval mode (a module otherwise keeps the mode that its file sets)."""
    path: str = ""
    """Where the source came from, for messages."""


@dataclass(frozen=True)
class Numerics:
    """What the error bound needs to know; see `kernelmill.judge.right`."""

    rule: Literal["exact", "pointwise", "linear", "shadow", "monte_carlo"] = "monte_carlo"
    """`exact`: equal as numbers (-0 equals 0). `pointwise`: depth only. `linear`: S = reference of absolute values.
    `shadow`: S from `shadow`. `monte_carlo`: measured by perturbing every ATen result."""
    length: str = "1"
    """Reduction length n, a formula over the axes."""
    depth: int = 1
    """Rounded elementary operations on the path from input to output."""
    shadow: str = ""
    """For rule `shadow`: name of a function in the reference's source, same arguments, that returns S for each output."""
    index_of: str = ""
    """For an index output: name of the input whose value at that index is compared (argmax)."""
    condition: float = 1.0
    """Factor on depth for functions that amplify their argument's rounding (exp of a large argument)."""


@dataclass(frozen=True)
class Task:
    """A computation with everything needed to judge kernels for it."""

    name: str
    """`category/op`; for a user's file `file/stem`."""
    axes: tuple[str, ...]
    tensors: tuple[Tensor, ...]
    """Inputs, then in-outs, then outputs."""
    reference: Reference
    flops: str
    """Formula over the axes."""
    profiles: Mapping[str, Mapping[str, int]]
    """Size profile -> axis values."""
    families: tuple[Family, ...]
    scalars: tuple[Scalar, ...] = ()
    numerics: Numerics = field(default_factory=Numerics)
    constraints: tuple[str, ...] = ()
    """Comparisons that every legal size satisfies (`C % G == 0`)."""
    fixed: tuple[str, ...] = ()
    """Axes that the judge must not vary (sizes a file froze)."""
    doc: str = ""

    def __post_init__(self) -> None:
        order = [("in", "inout", "out").index(t.role) for t in self.tensors]
        if order != sorted(order):
            raise UserError(f"task {self.name}: tensors out of order", expected="inputs, then in-outs, then outputs")
        for t in self.tensors:
            if t.dtype not in DTYPES:
                raise unknown("dtype", t.dtype, DTYPES)

    @property
    def category(self) -> str:
        return self.name.partition("/")[0]

    @property
    def op(self) -> str:
        return self.name.partition("/")[2]

    @property
    def entry(self) -> str:
        """Symbol that a kernel must export: `km_` + op with every character outside [A-Za-z0-9_] replaced by `_`."""
        return "km_" + re.sub(r"[^A-Za-z0-9_]", "_", self.op)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """Tensors a kernel reads: roles `in` and `inout`."""
        return tuple(t for t in self.tensors if t.role != "out")

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """Tensors a kernel writes: roles `inout` and `out`."""
        return tuple(t for t in self.tensors if t.role != "in")

    def sizes(self, profile: str) -> dict[str, int]:
        """Axis values of a profile. Raises `UserError` for a profile that the task does not have."""
        if profile not in self.profiles:
            raise unknown("profile", profile, self.profiles)
        return dict(self.profiles[profile])

    def family(self, name: str) -> Family:
        for f in self.families:
            if f.name == name:
                return f
        raise unknown("input family", name, [f.name for f in self.families])

    def legal(self, axes: Mapping[str, int]) -> bool:
        """Whether these sizes satisfy the task's constraints."""
        return all(formula.holds(c, axes) for c in self.constraints)

    def bytes(self, axes: Mapping[str, int]) -> int:
        """Bytes that any kernel must move: inputs read once, outputs written once, in-outs both."""
        return sum(t.bytes(axes) * (2 if t.role == "inout" else 1) for t in self.tensors)

    @cached_property
    def digest(self) -> str:
        """Hash of everything that decides the meaning of the task (16 hex digits)."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
