"""What stands between a candidate and a verdict, one switch each, so that the attack suite can show what each of them is worth.

A judge that anybody asks has all of them on: `isolation()` gives nothing else, no command and no file can say otherwise, and a candidate
never sees this. `kernelmill.attacks` alone makes an `Isolation` with some of them off, to watch the attack win that the switch holds back.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernelmill.judge.right.expected import Expected
    from kernelmill.judge.right.store import Prepared

SAME_INPUTS, UNCOMPARED, RUNNING = 1, 2, 4
"""Bits of `off` in native/judge.h: enum km_off."""
LOOSE = 1e-2
"""The usual tolerance, relative to the value and to the largest value of the output."""
LEISURE = 0.05
"""Seconds after the answer until a judge that does not stop its runners looks at the outputs."""


@dataclass(frozen=True)
class Defences:
    """All on, unless the attack suite says otherwise."""

    fresh: bool = True
    """Every call meets inputs that were not there before, and outputs that hold poison."""
    shapes: bool = True
    """Shapes that the author does not know. Off: the profile's own shape alone."""
    families: bool = True
    """Several ways of drawing inputs. Off: uniform in [0, 1), as benchmarks have it."""
    bound: bool = True
    """The derived error bound, and equality for whole numbers. Off: one per cent of the largest value."""
    nan: bool = True
    """NaN only where the reference has it. Off: a NaN that the kernel wrote counts as right."""
    guards: bool = True
    """Inaccessible pages and canaries around the buffers."""
    checking: bool = True
    """What a platform turns on while results are checked and nothing is timed: on `cuda`, drawn schedules and guarded tensors."""
    timed: bool = True
    """Outputs of timed batches are compared. Off: checked once, then timed."""
    stop: bool = True
    """The runner is stopped off the clock, and what it does there is seen. Off: outputs are read at leisure."""
    filter: bool = True
    """The system-call filter."""
    limits: bool = True
    """Limits on memory, threads, processor time, output and waiting."""
    compiler: bool = True
    """The sandbox around the compiler, its limits included."""
    policy: bool = True
    """What source, artifact and loaded libraries may contain."""

    @property
    def off(self) -> tuple[str, ...]:
        """Names of those that are off."""
        return tuple(f.name for f in fields(self) if not getattr(self, f.name))

    @property
    def bits(self) -> int:
        """What the timed part in C needs to know."""
        return (not self.fresh) * SAME_INPUTS | (not self.timed) * UNCOMPARED | (not self.stop) * RUNNING


ALL_ON = Defences()


def loosened(prepared: Prepared, defences: Defences) -> Prepared:
    """The expectation with the usual tolerance in place of the bound, where that is off."""
    if defences.bound:
        return prepared
    return replace(prepared, expected=tuple(_loose(e) for e in prepared.expected))


def _loose(e: Expected) -> Expected:
    import numpy as np

    if e.how not in ("close", "whole") or not e.value.size:
        return e
    size = np.abs(e.value)
    largest = float(np.max(size, where=np.isfinite(size), initial=0.0))
    return replace(e, how="close", allowed=LOOSE * (size + largest) + 1e-30)


def forgiven(outputs: tuple[Any, ...], prepared: Prepared) -> tuple[Any, ...]:
    """Outputs in which every NaN is replaced by what was expected there: the judge without a policy for NaN."""
    import numpy as np

    made: list[Any] = []
    for got, e in zip(outputs, prepared.expected, strict=True):
        floats = got.dtype.kind == "f" and got.shape == e.value.shape
        made.append(np.where(np.isnan(got), e.value, got).astype(got.dtype) if floats else got)
    return tuple(made)
