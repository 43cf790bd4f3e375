"""Runners: the processes in which candidates live, and the judge's only way to talk to them.

    arena = Arena([CallSet((Buffer("f32", (64,)), Buffer("f32", (64,), "out")), axes=(64,), mode=Mode.END)])
    arena.view(0, 0)[:] = 1.0
    with Runner.start(shared_object, "km_relu", arena) as runner:
        outcome = runner.call([0])              # Outcome(kind="ok", wall_ns=..., cpu_ns=...)
        y = arena.view(0, 1, runner.outputs)    # numpy view, no copy

A runner is stopped (SIGSTOP, confirmed) before and after every call unless `stopped=False`, so nothing it does happens outside the
window that the clock sees. It is a direct child of the judge and, at level 3, pid 1 of its own namespace: `kill` leaves nothing.
A runner that speaks the same protocol from Python (`torch_serve`) is taken in by `Runner.adopt`.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kernelmill.judge import sandbox_start
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import RunnerState, Window, library
from kernelmill.judge.process_arena import Arena, Buffer, CallSet, Memory, Mode
from kernelmill.judge.process_outcome import Outcome, after_end
from kernelmill.judge.sandbox import Isolation, isolation, jail, task_limit
from kernelmill.platforms import elf

__all__ = ["Arena", "Buffer", "CallSet", "Limits", "Memory", "Mode", "Outcome", "Runner"]

_LIBRARY = "/km/candidate.so"


@dataclass(frozen=True)
class Limits:
    """What a runner may use beyond the arena."""

    memory_bytes: int = 4 << 30
    """Address space."""
    cpu_seconds: int = 600
    log_bytes: int = 1 << 20
    """What it may print."""
    tasks_per_thread: int = 4
    """At most this many times the declared threads may exist."""


@dataclass
class Runner:
    """A started runner. Not thread-safe: one thread of the judge talks to it."""

    arena: Arena
    outputs: Memory
    control: Memory
    isolation: Isolation
    threads: int
    log: int
    state: RunnerState
    window: Window = field(default_factory=Window)
    ending: Outcome | None = None
    """How it ended, if it ended by itself."""

    @classmethod
    def start(
        cls,
        shared_object: bytes,
        symbol: str,
        arena: Arena,
        *,
        outputs: Memory | None = None,
        workspace: bool = False,
        threads: int = 1,
        level: Isolation | None = None,
        limits: Limits = Limits(),
        env: Mapping[str, str] | None = None,
        reads: Sequence[str] = (),
        diagnose: bool = False,
        stopped: bool = True,
        timeout: float = 10.0,
    ) -> Runner:
        """Starts the C runner with a candidate's shared object and waits until it is loaded (about 5 ms at level 3).

        `outputs` from `arena.new_outputs()` (made when None). `workspace`: the entry takes a last `void*`. `reads`: folders beyond the
        system's libraries that the loader needs. `diagnose`: a forbidden system call is named in the outcome.
        Raises `StartError` when the sandbox fails. A candidate that does not load gives a runner that is dead: every request to it
        answers with the outcome of loading (`kind` `load`, `crash`, `forbidden`, `timeout`).
        """
        runner = cls.launch(
            shared_object, symbol, arena, outputs=outputs, workspace=workspace, threads=threads, level=level, limits=limits, env=env,
            reads=reads, diagnose=diagnose, timeout=timeout,
        )  # fmt: skip
        if runner.loaded(timeout).ok and stopped:
            runner.stop()
        return runner

    @classmethod
    def launch(
        cls,
        shared_object: bytes,
        symbol: str,
        arena: Arena,
        *,
        outputs: Memory | None = None,
        workspace: bool = False,
        threads: int = 1,
        level: Isolation | None = None,
        limits: Limits = Limits(),
        env: Mapping[str, str] | None = None,
        reads: Sequence[str] = (),
        diagnose: bool = False,
        timeout: float = 10.0,
    ) -> Runner:
        """Like `start`, without waiting for the candidate to be loaded: start several, then ask each for `loaded()`."""
        level = level or isolation()
        outputs = outputs or arena.new_outputs()
        flags = runner_flags(level)
        jailed = level.level == 3
        executable, candidate = sandbox_start.memfd("runner", sandbox_start.program("runner")), sandbox_start.memfd("so", shared_object)
        fds = [-1, arena.inputs.fd, outputs.fd, sandbox_start.lifeline(), candidate, executable]
        numbers = [str(sandbox_start.FIRST_FD + i) for i in range(len(fds))]
        control = arena.control(
            symbol,
            _LIBRARY if jailed else f"/proc/self/fd/{numbers[4]}",
            flags=flags | (native.FLAG_TRAP if diagnose else 0),
            workspace=workspace,
        )
        fds[0] = control.fd
        header = native.Control.from_address(control.address)
        header.limit_file = _NO_LIMIT
        if level.defences.limits:
            header.limit_memory, header.limit_cpu_s = limits.memory_bytes, limits.cpu_seconds
            header.limit_tasks = task_limit(limits.tasks_per_thread * threads + 1, level)
            header.limit_file = limits.log_bytes
        needed = _needed(shared_object)
        first = [str(len(needed)), *needed]
        if jailed:
            binds = ["--perms", "0555", "--ro-bind-data", numbers[4], _LIBRARY]
            for folder in reads:
                binds += ["--ro-bind", folder, folder]
            argv = jail(int(numbers[5]), sandbox_start.FIRST_FD + len(fds), [*numbers[:4], "-1", *first], binds=binds)
        else:
            argv = [f"/proc/self/fd/{numbers[5]}", *numbers[:5], *first, *SYSTEM_READS, *reads]
        try:
            started = sandbox_start.start(
                argv,
                fds,
                {"PATH": "/usr/bin:/bin", **omp_env(threads), **(env or {})},
                level,
                state_address=control.address + native.Control.state.offset,
                jailed=jailed,
                timeout=timeout,
            )
        finally:
            os.close(executable)
            os.close(candidate)
        return cls.adopt(started.pid, control, arena, outputs, level, threads=threads, log=started.log)

    @classmethod
    def adopt(
        cls, pid: int, control: Memory, arena: Arena, outputs: Memory, level: Isolation, *, threads: int = 1, log: int = -1
    ) -> Runner:
        """Takes in a process that is already a child of this one and has passed the handshake up to ADMITTED."""
        state = RunnerState(control=control.address, pid=pid, polite=int(not runner_flags(level) & native.FLAG_SECCOMP))
        return cls(arena, outputs, control, level, threads, log, state)

    @property
    def pid(self) -> int:
        return self.state.pid

    @property
    def alive(self) -> bool:
        return not self.state.ended

    @property
    def copies(self) -> bool:
        """Whether its results lie elsewhere until `copy_results` (torch)."""
        return False

    @property
    def results_address(self) -> int | None:
        """Where in the judge the table of the results' places lies, for runners that copy."""
        return None

    def explained(self, outcome: Outcome) -> Outcome:
        """The outcome with what the runner itself said about its end (torch: the exception)."""
        return outcome

    def loaded(self, timeout: float = 10.0) -> Outcome:
        """Waits until the candidate is loaded. `kind` is `load` with the loader's words when it does not load."""
        began = time.monotonic()
        end = library().km_wait_ready(self.state, int(timeout * 1e9))
        header = native.Control.from_address(self.control.address)
        if end == native.OK and header.state == native.READY:
            return Outcome("ok", wall_ns=int((time.monotonic() - began) * 1e9))
        if header.state == native.FAILED:
            self.ending = Outcome("load", detail=header.message.decode(errors="replace") or "the candidate does not load")
        else:
            self.ending = after_end(self.state, end, header.violation, during="loading")
        library().km_kill(self.state)
        return self.ending

    def call(self, order: Sequence[int] | None = None, *, timeout: float = 10.0) -> Outcome:
        """Calls the entry once for each set in `order` (default: all, in order); an empty order is the null command.

        The clock covers from continuing the runner to its confirmed stop. `timeout` in seconds; the runner is dead after one.
        """
        return self.request(native.CALL, range(len(self.arena.sets)) if order is None else order, timeout)

    def pair(self, first: int, second: int, *, timeout: float = 10.0) -> Outcome:
        """Calls the entry from two threads at once, for two different sets."""
        return self.request(native.PAIR, (first, second), timeout)

    def copy_results(self, *, timeout: float = 10.0) -> Outcome:
        """Untimed: a runner whose results live elsewhere (torch) copies those of the last call into its outputs."""
        return self.request(native.COPY, (), timeout)

    def request(self, kind: Literal[1, 2, 3, 4] | int, order: Sequence[int], timeout: float) -> Outcome:
        if self.ending or not self.alive:
            return self.ending or Outcome("lost", "the runner was killed before")
        if len(order) > max(2, len(self.arena.sets)):
            raise ValueError(f"{len(order)} calls in one request; the arena has {len(self.arena.sets)} sets")
        numbers = (ctypes.c_uint32 * max(1, len(order)))(*order)
        w = self.window
        end = library().km_window(self.state, kind, numbers, len(order), int(timeout * 1e9), w)
        if end == native.OK:
            return Outcome("ok", wall_ns=w.wall_ns, cpu_ns=w.cpu_ns, outside_ns=w.outside_ns)
        at = order[w.progress] if kind == native.CALL and w.progress < len(order) else None
        self.ending = after_end(self.state, end, w.violation, during="a call", set_index=at, wall_ns=w.wall_ns)
        return self.ending

    def stop(self) -> bool:
        """Stops every thread of the runner, confirmed. False: it has ended."""
        return library().km_stop(self.state) == native.OK

    def kill(self) -> None:
        """Ends the runner and everything in its namespace; returns after it is gone."""
        library().km_kill(self.state)
        if self.log >= 0:
            os.close(self.log)
            self.log = -1
        self.control.close()

    def said(self) -> str:
        """The first 4000 bytes that it printed."""
        return os.pread(self.log, 4000, 0).decode(errors="replace") if self.log >= 0 else ""

    def mapped_files(self) -> tuple[str, ...]:
        """Files that are mapped into the runner now, as the kernel sees them: shared libraries above all."""
        with open(f"/proc/{self.pid}/maps") as maps:
            names = {line.split(maxsplit=5)[5].strip() for line in maps if line.count("/")}
        return tuple(sorted(names))

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


_NO_LIMIT = 1 << 40


def runner_flags(level: Isolation) -> int:
    """What a runner at this level takes from itself."""
    flags = {3: native.FLAG_SECCOMP, 2: native.FLAG_SECCOMP | native.FLAG_LANDLOCK, 1: 0}[level.level]
    if not level.defences.policy:
        flags |= native.FLAG_KEEP_FILES
    return flags if level.defences.filter else flags & ~native.FLAG_SECCOMP


def _needed(shared_object: bytes) -> list[str]:
    """Libraries that the object names, by path where its own search path has them: the runner loads them before the object."""
    try:
        object_ = elf.read(shared_object)
    except elf.NotElf:
        return []
    places = [p for p in object_.paths if p.startswith("/")]
    return [next((f"{p}/{name}" for p in places if os.path.exists(f"{p}/{name}")), name) for name in object_.needed]


SYSTEM_READS = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu")
"""What a native runner may read at level 2: the loader's folders and the topology that OpenMP runtimes ask for."""


def omp_env(threads: int) -> dict[str, str]:
    """OpenMP as every runner has it: passive waiting, else idle teams burn the other side's core."""
    return {
        "OMP_NUM_THREADS": str(threads),
        "OMP_THREAD_LIMIT": str(4 * threads),
        "OMP_WAIT_POLICY": "passive",
        "GOMP_SPINCOUNT": "0",
        "KMP_BLOCKTIME": "0",
        "KMP_AFFINITY": "disabled",  # libomp otherwise walks over all cores to learn their topology, and the filter lets nobody move
        "OPENBLAS_NUM_THREADS": str(threads),
    }
