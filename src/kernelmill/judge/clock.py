"""The circumstances of a measurement: who else runs, where the judge runs, and the lock that keeps its own work apart."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass

_LOCK, _TURN = "/tmp/kernelmill.lock", "/tmp/kernelmill.turn"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What the machine did over a span of time."""

    seconds: float
    foreign: float
    """Cores kept busy by others, on average. Counted in scheduler ticks: spans under 0.2 s are coarse."""
    steal: float
    """Cores' worth of time that the hypervisor gave to other guests."""


class LoadMeter:
    """Foreign load since it was made: the machine's busy time less this process's and its ended children's."""

    def __init__(self) -> None:
        self._began, self._busy, self._steal, self._own = time.monotonic(), *_machine(), _own()

    def read(self) -> Load:
        """Load up to now. Runners still alive count as foreign: read it after they are gone."""
        seconds = max(time.monotonic() - self._began, 1e-6)
        busy, steal = _machine()
        foreign = (busy - self._busy) - (_own() - self._own)
        return Load(seconds, max(0.0, foreign / seconds), max(0.0, (steal - self._steal) / seconds))


def _machine() -> tuple[float, float]:
    """CPU seconds (busy, stolen) of all cores since boot."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _wait, irq, soft, steal = (int(v) for v in stat.readline().split()[1:9])
    return (user + nice + system + irq + soft) / _TICK, steal / _TICK


def _own() -> float:
    mine, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + ended.ru_utime + ended.ru_stime


def some_cores(count: int, draw: random.Random) -> set[int]:
    """`count` random cores of those this process may use (all of them where there are no more)."""
    cores = sorted(os.sched_getaffinity(0))
    return set(draw.sample(cores, min(count, len(cores))))


@contextlib.contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Keeps the calling thread on these cores, and puts it back."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def machine_lock(*, timed: bool) -> Iterator[float]:
    """Held by all judges of the machine: `timed` sections alone, everything else (compiling, checking) together.

    Yields the seconds that it waited. A timed section that waits keeps newcomers out, so it cannot starve. The kernel lets go of it when
    the holder dies. Not reentrant: a timed section must not compile.
    """
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        turn, lock = _open(_TURN), _open(_LOCK)
        stack.callback(os.close, lock)
        with contextlib.closing(os.fdopen(turn)):
            fcntl.flock(turn, fcntl.LOCK_EX if timed else fcntl.LOCK_SH)
            fcntl.flock(lock, fcntl.LOCK_EX if timed else fcntl.LOCK_SH)
        yield time.monotonic() - began


def _open(path: str) -> int:
    """Usable by every user of the machine: made world-writable, and opened without O_CREAT where it exists, because a sticky folder
    forbids O_CREAT on a file of somebody else."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        fd = os.open(path, flags | os.O_CREAT, 0o666)
        with contextlib.suppress(PermissionError):
            os.fchmod(fd, 0o666)
        return fd
