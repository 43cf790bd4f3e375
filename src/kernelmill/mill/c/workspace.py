"""Memory for temporaries: one block the caller allocates outside the clock, cut into 64-byte aligned pieces."""

from __future__ import annotations

from kernelmill.core.errors import UserError
from kernelmill.mill.c.context import Context
from kernelmill.mill.c.expr import Expressions
from kernelmill.mill.expr import Const, Expr, names
from kernelmill.mill.ir import Buffer
from kernelmill.mill.linear import upper


class Workspace:
    """Collects the pieces; a piece of a parallel loop exists once per thread."""

    def __init__(self, printer: Expressions) -> None:
        self._printer = printer
        self._sizes: list[tuple[str, bool]] = []

    def reserve(self, buffer: Buffer, per_thread: bool) -> str:
        """C code of the address of a new piece; its size may depend on axes only."""
        size: Expr = Const(buffer.itemsize, "i64")
        axes = frozenset(getattr(self._printer, "axes", ()))
        for extent in buffer.shape:
            limit = None if names(extent) <= axes else upper(extent)
            if limit is None and not names(extent) <= axes:
                raise UserError(f"the size of {buffer.name} depends on an iterator and has no constant bound")
            size = size * (extent if limit is None else Const(limit, "i64"))
        number = len(self._sizes)
        self._sizes.append((self._printer.scalar(size, Context()), per_thread))
        return f"km_ws + km_o{number}" + (f" + km_thread() * km_s{number}" if per_thread else "")

    @property
    def used(self) -> bool:
        """True if the entry needs a workspace argument."""
        return bool(self._sizes)

    def layout(self) -> list[str]:
        """Lines that define the offsets, the per-piece sizes and the total `km_o<count>`."""
        lines = ["const int64_t km_o0 = 0;"]
        for number, (size, per_thread) in enumerate(self._sizes):
            lines.append(f"const int64_t km_s{number} = ({size} + 63) / 64 * 64;")
            times = f"km_threads() * km_s{number}" if per_thread else f"km_s{number}"
            lines.append(f"const int64_t km_o{number + 1} = km_o{number} + {times};")
        return lines

    @property
    def total(self) -> str:
        """Name of the total size."""
        return f"km_o{len(self._sizes)}"
