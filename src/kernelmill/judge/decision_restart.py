"""One restart: a fresh process per arm, a warm batch, then timed rounds in random order."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from kernelmill.judge.clock import pinned
from kernelmill.judge.decision_subject import Subject
from kernelmill.judge.defences import ALL_ON, Defences
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import library
from kernelmill.judge.process import Runner
from kernelmill.judge.process_arena import Arena, Memory
from kernelmill.judge.process_outcome import Outcome, after_end

_COPY_NS_PER_BYTE = 1.5
"""Three copies at 2 GB/s each: what moving results out may cost."""
_COPY_NS = 10_000
"""Python's own part in copying one tensor: batches of small results have thousands."""


@dataclass(frozen=True)
class Arm:
    """A side of the race. `launch(arena, outputs)` starts its runner, loaded or still loading, in a process of its own."""

    name: str
    launch: Callable[[Arena, Memory], Runner]
    unlike: int = 0
    """It computes something else on purpose: 1 (a byte twin), its outputs are written and not compared; 2 (an FMA arm), not looked at."""


class Sample(NamedTuple):
    """One timed batch, in nanoseconds."""

    wall_ns: int
    cpu_ns: int
    outside_ns: int
    queued_ns: int
    """Runnable, but waiting for a core: other people's load."""


@dataclass(frozen=True)
class Finding:
    """Why a race ended without a time."""

    kind: Literal["crash", "wrong", "poison", "canary", "outside", "copying", "oracle"]
    arm: str
    text: str
    """One sentence."""
    outcome: Outcome | None = None
    """For `crash`: how the runner ended."""
    tensor: int = -1
    set_index: int = -1
    round: int = -1
    wrong: int = 0
    first: int = -1
    """Index of the first wrong element."""
    poison: int = 0


@dataclass(frozen=True)
class Rounds:
    """How long a restart goes on."""

    most: int = 10
    least: int = 3
    seconds: float = 0.05
    """After `least` rounds enough is enough once all windows, as long as the best of them, would have taken this long per arm: restarts
    count, not rounds. The first two or three of torch are slower, its allocator still grows; disturbed ones do not count."""
    timeout: float = 20.0
    """Time limit of one batch."""
    helpers: int = 1
    """Threads beside the judge's own that refill and compare."""
    defences: Defences = ALL_ON
    """All on."""
    touch: bool = False
    """Whether inputs and outputs are read by the judge right before each window, so that they lie in the caches."""


@dataclass(frozen=True)
class Restart:
    """Raw samples of one restart."""

    names: tuple[str, ...]
    samples: tuple[tuple[Sample, ...], ...]
    """[arm][round]"""
    clock: Literal["cpu", "wall"]
    null_ns: int
    """Median wall time of the null command."""
    null_cpu_ns: int = 0
    statistic: Literal["min", "median"] = "min"
    finding: Finding | None = None
    cores: tuple[int, ...] = ()
    """Where both arms ran, and for one thread the judge with them."""

    def value(self, arm: int) -> float:
        """Seconds of an arm's batch: the best round (or the median) on the deciding clock. A CPU reading of zero or less is dropped."""
        times = [s.cpu_ns if self.clock == "cpu" else s.wall_ns for s in self.samples[arm]]
        times = [t for t in times if t > 0] or [1]
        return (min(times) if self.statistic == "min" else statistics.median(times)) * 1e-9

    @property
    def null_on_clock_ns(self) -> int:
        """The null command on the deciding clock."""
        return self.null_cpu_ns if self.clock == "cpu" else self.null_ns

    def to_json(self) -> dict[str, Any]:
        return {
            "samples": {name: [list(s) for s in rows] for name, rows in zip(self.names, self.samples, strict=False)},
            "clock": self.clock,
            "statistic": self.statistic,
            "null_ns": self.null_ns,
            "null_cpu_ns": self.null_cpu_ns,
            "cores": list(self.cores),
        }


def run_restart(
    subject: Subject,
    arms: Sequence[Arm],
    arena: Arena,
    outputs: Sequence[Memory],
    *,
    plan: Rounds,
    seed: int,
    cores: set[int],
    clock: Literal["cpu", "wall"],
    draw: random.Random,
) -> Restart:
    """Starts every arm, runs its rounds, kills every arm. All processes are gone when it returns."""
    names = tuple(a.name for a in arms)
    runners: list[Runner | None] = [None] * len(arms)
    with contextlib.ExitStack() as stack:
        for i in draw.sample(range(len(arms)), len(arms)):
            runner = arms[i].launch(arena, outputs[i])
            stack.callback(runner.kill)
            runners[i] = runner
        ready = [r for r in runners if r is not None]
        for name, runner in zip(names, ready, strict=True):
            outcome = runner.loaded(plan.timeout)
            if not outcome.ok:
                return Restart(names, (), clock, 0, finding=Finding("crash", name, f"{name}: {outcome.detail}", outcome))
            if plan.defences.stop:
                runner.stop()
            _place(runner.pid, cores)
        with pinned(cores):
            null_ns, null_cpu_ns = _null(ready[draw.randrange(len(ready))])
            samples, finding = _race(subject, arms, ready, arena, plan, cores=sorted(cores), seed=seed)
    return Restart(names, samples, clock, null_ns, null_cpu_ns, finding=finding, cores=tuple(sorted(cores)))


def _place(pid: int, cores: set[int]) -> None:
    """Moves every thread of a stopped runner; those it starts later inherit the place, and its filter lets it choose no other."""
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), cores)


def _null(runner: Runner) -> tuple[int, int]:
    """Median wall and CPU nanoseconds of a few commands that do nothing, stops included."""
    outcomes = [runner.call([]) for _ in range(7)]
    return int(statistics.median(o.wall_ns for o in outcomes)), int(statistics.median(o.cpu_ns for o in outcomes))


def _race(
    subject: Subject, arms: Sequence[Arm], runners: Sequence[Runner], arena: Arena, plan: Rounds, *, cores: Sequence[int], seed: int
) -> tuple[tuple[tuple[Sample, ...], ...], Finding | None]:
    n = len(runners)
    outputs = sum(b.role != "in" for b in subject.buffers)
    copy_limit = int(2e6 + (_COPY_NS_PER_BYTE * subject.output_bytes + _COPY_NS * outputs) * len(arena.sets))
    sides = (native.Arm * n)()
    for side, arm, runner in zip(sides, arms, runners, strict=True):
        side.runner, side.outputs, side.unlike = ctypes.pointer(runner.state), runner.outputs.address, arm.unlike
        side.copy_limit_ns, side.results = (copy_limit, runner.results_address) if runner.copies else (0, None)
    fills, rules, roles = subject.fills(), subject.rules(), subject.roles()
    race = native.Race(
        n, len(arena.sets), arena.tensors, plan.most, sides, arena.inputs.address, arena.places, fills, rules, roles, seed,
        int(plan.timeout * 1e9), plan.helpers, plan.least, int(plan.seconds * n * 1e9), (ctypes.c_int32 * len(cores))(*cores), len(cores),
        int(plan.touch), plan.defences.bits, 0,
    )  # fmt: skip
    samples, found = (native.Sample * (plan.most * n))(), native.Finding()
    done = library().km_run_race(race, samples, found)
    arena.redraw = _redraw(subject, fills, found.seed)
    table = tuple(tuple(Sample(s.wall_ns, s.cpu_ns, s.outside_ns, s.queued_ns) for s in samples[a : done * n : n]) for a in range(n))
    return table, _finding(found, runners, [a.name for a in arms]) if found.trouble else None


def _redraw(subject: Subject, fills: ctypes.Array[native.Fill], seed: int) -> Callable[[int, int], bytes]:
    def draw(index: int, tensor: int) -> bytes:
        buffer = subject.buffers[tensor]
        out = ctypes.create_string_buffer(max(1, buffer.bytes))
        library().km_original(out, buffer.count, ctypes.byref(fills[tensor]), seed, index, tensor)
        return out.raw[: buffer.bytes]

    return draw


def _finding(f: native.Finding, runners: Sequence[Runner], names: Sequence[str]) -> Finding:
    name, d = names[int(f.arm)], f.difference
    where = f"in batch {f.round}, set {f.set}, tensor {f.tensor}"
    if f.trouble == native.ENDED:
        runner = runners[f.arm]
        violation = native.Control.from_address(runner.control.address).violation
        outcome = after_end(runner.state, f.end, violation, during="a timed batch", set_index=f.set if f.set >= 0 else None)
        outcome = runner.explained(outcome)
        return Finding("crash", name, f"{name}: {outcome.detail}", outcome, round=f.round)
    if f.trouble == native.OUTSIDE:
        return Finding("outside", name, f"{name} used {f.ns / 1e6:.1f} ms of CPU time while it was not being timed", round=f.round)
    if f.trouble == native.COPYING:
        return Finding("copying", name, f"{name} needed {f.ns / 1e6:.1f} ms to copy results out, more than copying takes", round=f.round)
    if f.trouble == native.CHANGED:
        text = f"{name}: tensor {f.tensor} of set {f.set} was not there yet when the answer came"
        return Finding("copying", name, text, tensor=f.tensor, set_index=f.set, round=f.round)
    if f.trouble == native.CANARY:
        text = f"{name} wrote outside tensor {f.tensor} of set {f.set}"
        return Finding("canary", name, text, tensor=f.tensor, set_index=f.set, round=f.round)
    kind = "poison" if f.trouble == native.POISON else "wrong"
    what = f"{d.poison} elements were not written" if kind == "poison" else f"{d.wrong} elements differ from {names[0]}'s"
    return Finding(kind, name, f"{name}: {what} {where}", None, f.tensor, f.set, f.round, d.wrong, d.first, d.poison)
