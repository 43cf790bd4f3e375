"""What the statement and expression printers share: bindings, storage of buffers, and decisions that need a second pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kernelmill.mill.c.types import Val
from kernelmill.mill.expr import Const, Expr, names, rewrite
from kernelmill.mill.ir import Buffer


@dataclass(frozen=True)
class Storage:
    """Where a buffer lives: memory behind `name`, or named variables (`width` lanes each; `private`: one value per lane)."""

    buffer: Buffer
    name: str
    kind: str = "memory"
    width: int = 1
    private: bool = False


@dataclass(frozen=True)
class Context:
    """Bindings at one place; a vector loop that works on several vectors at once has one context for each."""

    index: dict[str, Expr] = field(default_factory=dict)  # unrolled and vector iterators, as expressions over C variables
    values: dict[str, Val] = field(default_factory=dict)  # lets, reducer states, scalar attributes
    storage: dict[str, Storage] = field(default_factory=dict)
    accumulators: dict[tuple[Expr, ...], tuple[Val, ...]] = field(default_factory=dict)
    ordered: frozenset[tuple[Expr, ...]] = frozenset()  # accumulators whose contributions come in order
    lane: str = ""  # the iterator that the lanes count; "" outside vector loops
    width: int = 1
    part: str = ""  # C code: only the first `part` lanes are active
    mask: Val | None = None  # only these lanes are active (includes `part`)
    suffix: str = ""
    lazy: bool = False  # inside a branch that may not be evaluated: nothing may be hoisted out

    def scalar(self, expr: Expr) -> Expr:
        """The expression over C variables, at lane 0."""
        return rewrite(expr, self.index)

    def bind(self, **index: Expr) -> Context:
        """With more iterators bound."""
        return replace(self, index={**self.index, **index})

    def let(self, name: str, value: Val) -> Context:
        """With a value named."""
        return replace(self, values={**self.values, name: value})

    @property
    def active(self) -> bool:
        """True if every lane is active."""
        return not self.part and self.mask is None


@dataclass
class Decisions:
    """Choices found while printing: buffers that cannot be variables, vector widths of variables, loops to expand."""

    memory: set[str] = field(default_factory=set)
    width: dict[str, int] = field(default_factory=dict)
    expand: set[str] = field(default_factory=set)
    expanded: frozenset[str] = frozenset()  # `expand` as it was when this pass began
    revised: bool = False  # something was decided in this pass: what it printed is void, print once more


def constant(expr: Expr) -> int | None:
    """The value of a constant index."""
    return int(expr.value) if isinstance(expr, Const) else None


def free(expr: Expr) -> frozenset[str]:
    """Names that keep an index from being constant."""
    return names(expr)
