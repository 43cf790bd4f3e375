"""Isolation levels: what this machine offers, and the command line that puts a program behind it.

    3  bubblewrap: own user, pid, mount, ipc and network namespaces, uid 65534, and the system-call filter
    2  system-call filter, landlock and limits; the judge is not dumpable (nobody reads or traces it)
    1  limits only: gives at most `UNVERIFIED` to code that the user did not write

A judge that is root never runs foreign code as root: at every level it drops to uid 65534 first.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from kernelmill.core.errors import UserError
from kernelmill.judge.defences import ALL_ON, Defences

NOBODY = 65534
_MEND = "sudo apt-get install bubblewrap"
_PR_SET_DUMPABLE, _PR_GET_SECCOMP = 4, 21
_SYS_LANDLOCK_CREATE_RULESET = 444


@dataclass(frozen=True)
class Isolation:
    """A level that works here. Written into every verdict."""

    level: int
    """3, 2 or 1, as above."""
    reason: str = ""
    """Why it is not a higher one; empty at level 3."""
    mend: str = ""
    """Command that may lift it."""
    defences: Defences = ALL_ON
    """All on. The attack suite alone makes one with some of them off."""

    @property
    def uid(self) -> int:
        """User id to drop to before anything foreign starts; 0 = stay (the judge is no root)."""
        return NOBODY if os.geteuid() == 0 else 0


def isolation(level: int | None = None) -> Isolation:
    """The best isolation that works here, or the forced `level` (3, 2, 1).

    Every answer was tried: a process was really started behind bubblewrap, the kernel was really asked for landlock. Raises `UserError`
    when the forced level does not work here.
    """
    best = _best()
    if level is None:
        chosen = best
    elif level not in (1, 2, 3):
        raise UserError(f"isolation level {level} does not exist", got=str(level), allowed=("3", "2", "1"))
    elif level == 3 and best.level < 3:
        raise UserError("isolation level 3 does not work here", got=best.reason, hint=best.mend or "level 2")
    elif level == 2 and best.level < 3 and (why := _why_no_filters()):
        raise UserError("isolation level 2 does not work here", got=why, hint="level 1, for code you wrote yourself")
    else:
        chosen = best if level == best.level else Isolation(level, f"level {level} was asked for")
    if chosen.level < 3:
        _hide_judge()
    return chosen


@functools.cache
def _best() -> Isolation:
    no_jail, mend = _why_no_bubblewrap()
    no_filters = _why_no_filters()
    if no_filters:
        return Isolation(1, f"{no_filters}; {no_jail}" if no_jail else no_filters)
    return Isolation(2, no_jail, mend) if no_jail else Isolation(3)


def _why_no_bubblewrap() -> tuple[str, str]:
    path = shutil.which("bwrap")
    if not path:
        return "bubblewrap is not installed", _MEND
    drop = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.geteuid() == 0 else {}
    argv = [path, *_NAMESPACES, *system_binds(), "--", "/usr/bin/true"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False, **drop)  # type: ignore[call-overload]
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}", ""
    if done.returncode == 0:
        return "", ""
    said = (done.stderr.strip().splitlines() or ["no message"])[0]
    return f"bubblewrap cannot make namespaces: {said}", "sudo sysctl kernel.unprivileged_userns_clone=1"


@functools.cache
def _why_no_filters() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1) < 1:
        return "the kernel has no landlock"
    if libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) < 0:
        return "the kernel has no seccomp"
    return ""


@functools.cache
def _hide_judge() -> None:
    """Below level 3 a candidate shares the judge's pid namespace, and as a user its uid: nobody may trace or read the judge."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


_NAMESPACES = ("--unshare-all", "--uid", str(NOBODY), "--gid", str(NOBODY), "--as-pid-1")


@functools.cache
def system_binds(folders: tuple[str, ...] = ("/usr",)) -> tuple[str, ...]:
    """bubblewrap options that show system `folders` and the loader's cache, read only, where the loader looks for them."""
    options: list[str] = []
    for folder in folders:
        options += ["--ro-bind-try", folder, folder]
    for name in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            options += ["--ro-bind", name, name]
    return (*options, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")


def task_limit(tasks: int, level: Isolation) -> int:
    """RLIMIT_NPROC that leaves room for `tasks`: inside a user namespace exactly those, else beside what the user runs already."""
    if level.level == 3:
        return tasks
    uid, running = level.uid or os.geteuid(), 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == uid:
                    running += len(os.listdir(f"/proc/{entry.name}/task"))
    return running + tasks + 24  # others of this user may start some too


def jail(
    program_fd: int,
    status_fd: int,
    arguments: Sequence[str],
    *,
    program: str = "/km/program",
    binds: Sequence[str] = (),
    shows: tuple[str, ...] = ("/usr/lib", "/usr/lib64"),
) -> list[str]:
    """The bubblewrap command line (level 3) that runs the program in `program_fd` as pid 1 of new namespaces.

    Programs and candidates enter as descriptors, so that no path of the judge need be readable for uid 65534. There is no
    `--die-with-parent`: the judge ends the outer bubblewrap as soon as the program runs and becomes its parent.
    """
    bwrap = shutil.which("bwrap") or "bwrap"
    return [
        bwrap, *_NAMESPACES, "--json-status-fd", str(status_fd), *system_binds(shows),
        "--perms", "0555", "--ro-bind-data", str(program_fd), program,
        *binds, "--remount-ro", "/", "--chdir", "/", "--", program, *arguments,
    ]  # fmt: skip
