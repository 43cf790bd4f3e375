"""The bench on which a program's outputs are tried: one runner, every shape twice (guard page behind and in front), poison and canaries.

A shape keeps its buffers while family after family passes through them, so that a kernel that remembers results by address meets new
inputs at old addresses.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kernelmill.core import formula
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Task
from kernelmill.core.workload import Workload
from kernelmill.judge.defences import LEISURE
from kernelmill.judge.process import Runner
from kernelmill.judge.process_arena import Arena, Buffer, CallSet, Memory, Mode
from kernelmill.judge.process_outcome import Outcome
from kernelmill.judge.program import Program
from kernelmill.judge.right.compare import decode
from kernelmill.judge.right.store import typed
from kernelmill.judge.sandbox import Isolation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODES = (Mode.END, Mode.START)


@dataclass(frozen=True)
class Written:
    """What one call left in the outputs."""

    outcome: Outcome
    outputs: tuple[NDArray[Any], ...] = ()
    """Numbers, one array per output in declared order: views of shared memory where no conversion is needed."""
    poison: tuple[NDArray[np.bool_] | None, ...] = ()
    """Where an output still holds this call's poison, bit for bit; None for in-outs."""
    stray: str = ""
    """The tensor beside which something was written, or ''."""


class Bench:
    """Buffers for some shapes of a task. `with Bench(...) as bench: bench.start(); bench.call(...)`."""

    def __init__(self, program: Program, works: Sequence[Workload], level: Isolation, seed: int) -> None:
        self.program, self.level = program, level
        self.task: Task = program.task
        self.shapes: list[tuple[int, ...]] = list(dict.fromkeys(tuple(v for _, v in w.axes) for w in works))
        sample = {tuple(v for _, v in w.axes): w for w in works}
        sets: list[CallSet] = []
        for shape in self.shapes:
            work = sample[shape]
            buffers = tuple(Buffer(t.dtype, t.dims(work.sizes), t.role) for t in typed(self.task.tensors, work))
            lie = MODES if level.defences.guards else (Mode.PACKED, Mode.PACKED)
            sets += [CallSet(buffers, shape, tuple(s.value for s in self.task.scalars), mode) for mode in lie]
        self.arena = Arena(sets, seed)
        self.outputs: Memory = self.arena.new_outputs()
        self._canaries: dict[int, list[tuple[int, bytes, str]]] = {}
        self.runner: Runner | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        if self.runner is not None:
            self.runner.kill()
        self.outputs.close()
        self.arena.inputs.close()

    def start(self, *, diagnose: bool = False, stopped: bool = True) -> Outcome:
        """A new runner; `kind` is not `ok` where the candidate does not load."""
        if self.runner is not None:
            self.runner.kill()
        stopped = stopped and self.level.defences.stop
        self.runner = self.program.start(
            self.arena, self.level, outputs=self.outputs, diagnose=diagnose, stopped=stopped, checking=self.level.defences.checking
        )
        return self.runner.ending or Outcome("ok")

    def index(self, work: Workload, mode: Mode) -> int:
        """Number of the call set for this shape and mode."""
        return 2 * self.shapes.index(tuple(v for _, v in work.axes)) + MODES.index(mode)

    def fill(self, index: int, inputs: Mapping[str, NDArray[Any]]) -> int:
        """Put inputs into a set's buffers, poison and canaries around; returns the poison."""
        poison = secrets.randbits(64)
        for i, t in enumerate(self.task.tensors):
            if not self.arena.sets[index].buffers[i].count:
                continue
            view = self.arena.view(index, i, self.outputs)
            if t.role == "out" and not self.level.defences.fresh:
                continue
            if t.role == "out":
                view.reshape(-1).view(f"u{view.itemsize}")[:] = pattern(poison, t.dtype, view.itemsize)
            else:
                view[...] = inputs[t.name]
        if self.level.defences.guards:
            self._guard(index)
        return poison

    @cached_property
    def _noise(self) -> bytes:
        return secrets.token_bytes(8192)

    def _guard(self, index: int) -> None:
        """Random bytes beside every output, the rest of its pages."""
        kept: list[tuple[int, bytes, str]] = []
        for i, t in enumerate(self.task.tensors):
            if t.role == "in":
                continue
            place = self.arena.place(index, i)
            for start, stop in ((place.slack_from, place.file), (place.file + place.bytes, place.slack_to)):
                if stop > start:
                    noise = self._noise[start % 4096 : start % 4096 + stop - start]
                    self.outputs.view(start, stop - start)[: len(noise)] = noise
                    kept.append((start, noise, t.name))
        self._canaries[index] = kept

    def stray(self, index: int) -> str:
        """The tensor beside which something was written since `fill`, or ''."""
        for start, noise, name in self._canaries.get(index, []):
            if bytes(self.outputs.view(start, len(noise))) != noise:
                return name
        return ""

    def libraries(self) -> tuple[str, ...]:
        """Files that the kernel of the machine sees mapped into the runner; () where it does not say."""
        if self.runner is None or not self.runner.alive:
            return ()
        with contextlib.suppress(OSError):
            return self.runner.mapped_files()
        return ()

    def call(self, index: int, timeout: float) -> Outcome:
        """Call the entry for one set and bring the results into the outputs."""
        assert self.runner is not None
        outcome = self.runner.call([index], timeout=timeout)
        return self._fetched(outcome, timeout)

    def pair(self, first: int, second: int, timeout: float) -> Outcome:
        """Call the entry from two threads at once, for two sets."""
        assert self.runner is not None
        return self._fetched(self.runner.pair(first, second, timeout=timeout), timeout)

    def _fetched(self, outcome: Outcome, timeout: float) -> Outcome:
        if not self.level.defences.stop:
            time.sleep(LEISURE)
        if outcome.ok and self.program.results_elsewhere:
            assert self.runner is not None
            copied = self.runner.copy_results(timeout=timeout)
            return outcome if copied.ok else copied
        return outcome

    def read(self, index: int, poison: int, outcome: Outcome) -> Written:
        """The outputs of a set after a call."""
        outputs: list[NDArray[Any]] = []
        left: list[NDArray[np.bool_] | None] = []
        for i, t in enumerate(self.task.tensors):
            if t.role == "in":
                continue
            buffer = self.arena.sets[index].buffers[i]
            if not buffer.count:
                import numpy as np

                outputs.append(np.empty(buffer.shape))
                left.append(None)
                continue
            raw = self.arena.view(index, i, self.outputs)
            outputs.append(decode(raw, buffer.dtype, buffer.shape))
            words = raw.view(f"u{raw.itemsize}")
            left.append(words == pattern(poison, buffer.dtype, raw.itemsize) if t.role == "out" else None)
        return Written(outcome, tuple(outputs), tuple(left), self.stray(index))

    def seconds(self, work: Workload) -> float:
        """Time limit of one call: far above any honest kernel, compiled without optimisation on a busy machine."""
        flops = formula.evaluate(self.task.flops, work.sizes)
        if not self.level.defences.limits:
            return 60.0
        return 3.0 + (flops + self.task.bytes(work.sizes)) / 2.5e7


def pattern(poison: int, dtype: str, size: int) -> int:
    """The poison of an element type: a NaN with a random payload for floats, no bool, any number for integers."""
    kind = DTYPES[dtype]
    word = poison & ((1 << 8 * size) - 1)
    if kind.kind == "bool":
        return 2 + word % 254
    if kind.kind != "float":
        return word
    exponent = {"f64": 0x7FF8 << 48, "f32": 0x7FC0 << 16, "f16": 0x7E00, "bf16": 0x7FC0, "f8e5m2": 0x7E, "f8e4m3": 0x7F}[kind.name]
    return word | exponent
