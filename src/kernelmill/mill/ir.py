"""Loop programs: the value that moves rewrite, printers print and a person can read.

A **Program** has symbolic axes (i64, >= 0), buffers (parameters with a role, and temporaries), scalar attributes,
reducers and kernels. A **kernel** is a list of statements; kernels run one after the other (each is one launch on a
GPU; on a CPU one function holds them all). As text (`text.show`, `parse.parse`; names are unique in a program):

    program softmax
    axis N, M
    in x: f32[N, M]
    out y: f32[N, M]
    reducer add(a: f32; b: f32) = (a + b) identity (0.0) associative commutative
    reducer max(a: f32; b: f32) = (max(a, b)) identity (-inf) associative commutative exact
    kernel softmax
      for i < N parallel
        alloc m: f32[] register
        alloc s: f32[] register
        m[] = -inf
        for j < M vector(16)
          reduce max m[] <- x[i, j]
        s[] = 0.0
        for k < M vector(16, 2)
          let e = exp(x[i, k] - m[])
          y[i, k] = e
          reduce add reassoc s[] <- e
        for l < M vector(16)
          y[i, l] = y[i, l] / s[]

**Buffers** are dense and row-major over their own shape; a shape is made of expressions over axes (and, for an alloc,
of iterators around it). A different layout is a different shape with rewritten indices. Scopes: `global` (parameters and
temporaries), `stream` (an output that is only written: its stores go past the caches), `local` (private to the iteration
that allocates it: stack or workspace), `register` (private, constant shape; becomes named variables when every index is
known at print time), `shared`, `constant`.

**Statements**: `for v < extent kind` (v runs from 0; kinds below) · `let n = e` · `elem = e` · `reduce R t.. <- e..`
(t = combine(t, e), for a tuple of targets) · `scan R t.. <- e.. -> o..` (the same, then o = t; `exclusive`: o = the
state before) · `if c` / `else` · `alloc` (lives to the end of its block, contents undefined) · `barrier shared` ·
`call prefetch(elem)`. A reduction is started by plain stores of its reducer's identity.

**Order.** Statements run in text order. `reassoc` on a reduce or scan says its contributions may be grouped and reordered
although float addition is not associative; an `exact` reducer (max, integer add, argmax with an index tie-break) may
always be. Nothing else gives that freedom.

**Loop kinds**: `serial`; `parallel` (iterations independent, over threads); `vector(w)` or `vector(w, u)` (w lanes, u
vectors at once; ANY extent: the printer strip-mines, keeps vector accumulators for reductions across the whole loop and
masks the tail, so no split is needed before it); `unroll` (fully, if the extent is constant); `grid(d)`, `block(d)`
(d = x, y, z), `lane`.

**Indices** are quasi-affine in axes and iterators (`+ - *const //const %const min max`); anything else is allowed in an
expression but no move can show its legality across it. An index read from data is `opaque(e, extent)`.

Lowering writes each operation as its own nest over a temporary; moves inline, fuse and shrink them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kernelmill.mill.expr import DTYPES, SIZES, Const, Elem, Expr, Var

SCOPES = ("global", "stream", "shared", "local", "register", "constant")
KINDS = ("serial", "parallel", "vector", "unroll", "grid", "block", "lane")


@dataclass(frozen=True)
class Kind:
    """How a loop runs. `width` lanes and `count` vectors for `vector`; `dim` (x y z) for `grid` and `block`."""

    name: str = "serial"
    width: int = 1
    count: int = 1
    dim: str = ""

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise ValueError(f"unknown loop kind {self.name!r}; allowed: {' '.join(KINDS)}")

    def __str__(self) -> str:
        if self.name == "vector":
            return f"vector({self.width}, {self.count})" if self.count != 1 else f"vector({self.width})"
        return f"{self.name}({self.dim})" if self.dim else self.name


SERIAL, PARALLEL, UNROLL = Kind(), Kind("parallel"), Kind("unroll")


def vector(width: int, count: int = 1) -> Kind:
    """`count` vectors of `width` lanes at once."""
    return Kind("vector", width, count)


@dataclass(frozen=True)
class Buffer:
    """Dense row-major storage. `role` is set for parameters (`in inout out`) and temporaries (`temp`), "" for allocs."""

    name: str
    dtype: str
    shape: tuple[Expr, ...]
    scope: str = "global"
    role: str = ""

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"unknown dtype {self.dtype!r}; allowed: {' '.join(DTYPES)}")
        if self.scope not in SCOPES:
            raise ValueError(f"unknown scope {self.scope!r}; allowed: {' '.join(SCOPES)}")

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return SIZES[self.dtype]

    def at(self, *index: Expr | int) -> Elem:
        """The element at an index."""
        if len(index) != len(self.shape):
            raise IndexError(f"{self.name} has {len(self.shape)} dimensions, got {len(index)} indices")
        return Elem(self.name, tuple(i if isinstance(i, Expr) else Const(i, "i64") for i in index), self.dtype)


@dataclass(frozen=True)
class Reducer:
    """Combiner of two states. `combine` are expressions over the variables `left` (earlier) and `right` (later).

    `associative` and `commutative` hold over the reals; `exact` says they hold bit for bit in the stated dtypes.
    """

    name: str
    left: tuple[Var, ...]
    right: tuple[Var, ...]
    combine: tuple[Expr, ...]
    identity: tuple[Const, ...]
    associative: bool = True
    commutative: bool = True
    exact: bool = False
    later: tuple[Expr, ...] = ()
    """A cheaper `combine` for when the last part of `right` is larger than in everything combined into `left` (argmax in order)."""

    @property
    def dtypes(self) -> tuple[str, ...]:
        """Dtypes of the state, which are the accumulator dtypes."""
        return tuple(v.dtype for v in self.left)


class Stmt:
    """Base of all statements."""

    __slots__ = ()


@dataclass(frozen=True)
class Loop(Stmt):
    """`for var < extent kind`: var = 0 .. extent-1 (nothing if extent <= 0)."""

    var: str
    extent: Expr
    body: tuple[Stmt, ...]
    kind: Kind = SERIAL


@dataclass(frozen=True)
class Let(Stmt):
    """Names a value until the end of the block."""

    name: str
    value: Expr

    @property
    def var(self) -> Var:
        """The name as an expression."""
        return Var(self.name, self.value.dtype)


@dataclass(frozen=True)
class Store(Stmt):
    """`target = value`, equal dtypes."""

    target: Elem
    value: Expr


@dataclass(frozen=True)
class Reduce(Stmt):
    """`targets = combine(targets, values)`."""

    reducer: str
    targets: tuple[Elem, ...]
    values: tuple[Expr, ...]
    reassoc: bool = False


@dataclass(frozen=True)
class Scan(Stmt):
    """A Reduce whose running state goes to `outs` after (or, `exclusive`, before) each step."""

    reducer: str
    targets: tuple[Elem, ...]
    values: tuple[Expr, ...]
    outs: tuple[Elem, ...]
    exclusive: bool = False
    reassoc: bool = False


@dataclass(frozen=True)
class If(Stmt):
    """Two-way branch."""

    condition: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


@dataclass(frozen=True)
class Alloc(Stmt):
    """Storage that lives to the end of the block; contents are undefined at first."""

    buffer: Buffer


@dataclass(frozen=True)
class Barrier(Stmt):
    """All threads that share `scope` wait for each other and see each other's writes."""

    scope: str = "shared"


@dataclass(frozen=True)
class Call(Stmt):
    """An intrinsic statement that a printer knows by name.

    `prefetch(elem)` and `prefetch_write(elem)` ask for a cache line; they may name an element outside its buffer.
    """

    name: str
    args: tuple[Expr, ...]


Body = tuple[Stmt, ...]


@dataclass(frozen=True)
class Kernel:
    """One launch."""

    name: str
    body: Body


@dataclass(frozen=True)
class Program:
    """See the module text. `buffers` are parameters in declared order (in, inout, out), then temporaries."""

    name: str
    axes: tuple[str, ...]
    buffers: tuple[Buffer, ...]
    kernels: tuple[Kernel, ...]
    scalars: tuple[Var, ...] = ()
    reducers: tuple[Reducer, ...] = ()
    requires: tuple[str, ...] = field(default=())

    @property
    def params(self) -> tuple[Buffer, ...]:
        """Buffers the caller passes."""
        return tuple(b for b in self.buffers if b.role != "temp")

    @property
    def temps(self) -> tuple[Buffer, ...]:
        """Temporaries of the whole program."""
        return tuple(b for b in self.buffers if b.role == "temp")

    def buffer(self, name: str) -> Buffer:
        """Parameter or temporary by name; KeyError if absent."""
        for b in self.buffers:
            if b.name == name:
                return b
        raise KeyError(name)

    def reducer(self, name: str) -> Reducer:
        """Reducer by name; KeyError if absent."""
        for r in self.reducers:
            if r.name == name:
                return r
        raise KeyError(name)
