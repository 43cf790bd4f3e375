"""The move `stream`: an output that nobody reads is written past the caches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kernelmill.mill.expr import Elem, walk
from kernelmill.mill.ir import Program, Reduce, Scan, Store
from kernelmill.mill.moves.move import kind
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.walk import all_statements, expressions


def _outputs(program: Program) -> Iterator[str]:
    return (f"stream {b.name}" for b in program.buffers if b.role == "out" and b.scope == "global" and b.shape)


@kind("stream", "stream BUFFER", _outputs)
def stream(program: Program, words: list[str]) -> Program:
    """Write an output past the caches: saves reading each of its lines before it is overwritten. The output is stored once, never read."""
    (name,) = words
    buffer = next((b for b in program.buffers if b.name == name), None)
    if buffer is None or buffer.role != "out":
        raise Refused(f"{name} is no output")
    if buffer.scope == "stream":
        raise Refused(f"{name} is streamed already")
    stores = 0
    for stmt in all_statements(program):
        if isinstance(stmt, Reduce | Scan) and any(t.buffer == name for t in stmt.targets):
            raise Refused(f"{name} is a running state")
        target = stmt.target if isinstance(stmt, Store) else None
        stores += target is not None and target.buffer == name
        if isinstance(stmt, Scan):
            stores += sum(o.buffer == name for o in stmt.outs)
        reads = sum(isinstance(e, Elem) and e.buffer == name for x in expressions(stmt) for e in walk(x))
        if reads > (target is not None and target.buffer == name) + (isinstance(stmt, Scan) and sum(o.buffer == name for o in stmt.outs)):
            raise Refused(f"{name} is read by the kernel")
    if stores != 1:
        raise Refused(f"{name} is stored in {stores} places, expected one")
    return replace(program, buffers=tuple(replace(b, scope="stream") if b.name == name else b for b in program.buffers))
