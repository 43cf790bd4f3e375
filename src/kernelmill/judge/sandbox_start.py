"""Starting one process behind an isolation level: descriptors in, pid of the judge's own child out."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernelmill.core.errors import KernelmillError
from kernelmill.judge.native.binding import library
from kernelmill.judge.native.build import built
from kernelmill.judge.sandbox import Isolation

FIRST_FD = 3
"""Descriptors of a started program: 0 is /dev/null, 1 and 2 its log, from here on what the caller hands in."""


class StartError(KernelmillError):
    """The sandbox did not come up; `str()` says what it said."""


@dataclass(frozen=True)
class Started:
    pid: int
    """Host pid: the program itself (not bubblewrap), a direct child of this process."""
    log: int
    """memfd that receives stdout and stderr; the caller closes it."""

    def output(self, limit: int = 4000) -> str:
        """What the program printed, at most `limit` bytes from the front."""
        return os.pread(self.log, limit, 0).decode(errors="replace")


def memfd(name: str, content: bytes = b"", mode: int = 0o555) -> int:
    """An anonymous file with this content, closed on exec. The caller closes it."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    os.fchmod(fd, mode)
    if content:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
    return fd


@functools.cache
def lifeline() -> int:
    """Read end of a pipe whose write end only this process holds: it hangs up when the judge dies."""
    read, write = os.pipe2(os.O_CLOEXEC)
    _KEPT.append(write)
    return read


_KEPT: list[int] = []


@functools.cache
def program(name: str) -> bytes:
    """The judge's own executable `runner` or `guard`."""
    return (built() / name).read_bytes()


@functools.cache
def _null() -> int:
    return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)


def strings(values: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * (len(values) + 1))(*[v.encode() for v in values], None)


def start(
    argv: Sequence[str],
    fds: Sequence[int],
    env: Mapping[str, str],
    isolation: Isolation,
    *,
    state_address: int,
    jailed: bool,
    errors: int | None = None,
    timeout: float = 10.0,
) -> Started:
    """Starts `argv` with `fds` as descriptors 3, 4, ... and adopts it.

    The program speaks the handshake of control.h on the word at `state_address`. `jailed`: argv is bubblewrap, told to report on descriptor
    3 + len(fds), and the process below it is the one adopted. stderr goes to the file `errors`, else to the log. Raises `StartError`.
    """
    lib = library()
    log = memfd("log", mode=0o600)
    report, told = os.pipe2(os.O_CLOEXEC) if jailed else (-1, -1)
    try:
        all_fds = [_null(), log, log if errors is None else errors, *fds, *([told] if jailed else [])]
        numbers = (ctypes.c_int * len(all_fds))(*all_fds)
        environment = strings([f"{k}={v}" for k, v in env.items()])
        pid = lib.km_spawn(strings(argv), environment, numbers, len(all_fds), isolation.uid)
        if pid < 0:
            raise StartError(f"cannot start {argv[0]}: {os.strerror(-pid)}")
        adopted = lib.km_adopt(pid, report, state_address, int(timeout * 1e9))
        if adopted < 0:
            said = os.pread(log if errors is None else errors, 2000, 0).decode(errors="replace").strip()
            raise StartError(f"{os.path.basename(argv[0])} did not start: {said or os.strerror(-adopted)}")
    except BaseException:
        os.close(log)
        raise
    finally:
        if jailed:
            os.close(report)
            os.close(told)
    return Started(adopted, log)
