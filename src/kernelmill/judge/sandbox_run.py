"""Running a command on hostile input: compilers above all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kernelmill.judge.clock import machine_lock
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import library
from kernelmill.judge.process_arena import Memory
from kernelmill.judge.sandbox import Isolation, isolation, jail, task_limit
from kernelmill.judge.sandbox_start import FIRST_FD, lifeline, memfd, program, start

FOLDER = "/build"
_SHOWS = ("/usr", "/etc/alternatives")
_READS = (*_SHOWS, "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo")
_OUT_OF_MEMORY = ("out of memory", "cannot allocate memory", "std::bad_alloc", "memory exhausted")


@dataclass(frozen=True)
class CommandLimits:
    """What a command may use."""

    seconds: float = 60.0
    """Wall time; everything it started is killed after it."""
    cpu_seconds: int = 120
    """CPU time of each process."""
    memory_bytes: int = 4 << 30
    """Address space of each process."""
    tasks: int = 64
    file_bytes: int = 64 << 20
    """Largest file, stdout and stderr included."""
    disk_bytes: int = 512 << 20
    """All files together (level 3)."""


@dataclass(frozen=True)
class Result:
    """What a command left."""

    rc: int
    """Exit code; -N for signal N; -9 after a time limit."""
    stdout: str
    stderr: str
    outputs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """The files asked for that were there."""
    seconds: float = 0.0
    limit_hit: str = ""
    """`time`, `cpu`, `memory` or `file`; empty when none was noticed."""


def run_sandboxed(
    argv: Sequence[str],
    files: Mapping[str, bytes],
    outputs: Sequence[str] = (),
    *,
    reads: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    limits: CommandLimits = CommandLimits(),
    level: Isolation | None = None,
) -> Result:
    """Runs `argv` in a folder that holds only `files`, and returns the `outputs` it left there.

    It sees the system's toolchain (/usr), `reads` and nothing else of the machine: no home, no /etc, no network, no other process. The
    folder is the working folder, and gone afterwards. Names in `files` and `outputs` are relative paths. Waits while a judge of the machine
    times something. Raises `StartError` when the sandbox itself fails.
    """
    with machine_lock(timed=False):
        return _run(argv, files, outputs, reads=reads, env=env or {}, limits=limits, level=level or isolation())


def _run(
    argv: Sequence[str],
    files: Mapping[str, bytes],
    outputs: Sequence[str],
    *,
    reads: Sequence[str],
    env: Mapping[str, str],
    limits: CommandLimits,
    level: Isolation,
) -> Result:
    for name in (*files, *outputs):
        if name.startswith("/") or ".." in Path(name).parts:
            raise ValueError(f"not a relative path below the working folder: {name}")
    control = Memory("guard", native.HEADER_BYTES)
    header = native.Control.from_address(control.address)
    header.magic = native.MAGIC
    header.flags = {3: native.FLAG_SECCOMP, 2: native.FLAG_SECCOMP | native.FLAG_LANDLOCK, 1: 0}[level.level]
    header.limit_memory, header.limit_cpu_s, header.limit_file = limits.memory_bytes, limits.cpu_seconds, limits.file_bytes
    header.limit_tasks = task_limit(limits.tasks, level)
    with contextlib.ExitStack() as stack:
        stack.callback(control.close)

        def file(name: str, content: bytes = b"", mode: int = 0o666) -> int:
            fd = memfd(name, content, mode)
            stack.callback(os.close, fd)
            return fd

        executable, errors = file("guard", program("guard"), 0o555), file("errors")
        results = [file("result") for _ in outputs]
        sources = [file("source", content) for content in files.values()] if level.level == 3 else []
        fds = [control.fd, lifeline(), executable, *results, *sources]
        first_result, first_source = FIRST_FD + 3, FIRST_FD + 3 + len(results)
        folder = FOLDER if level.level == 3 else stack.enter_context(_host_folder(files, level))
        given = [str(first_result + i) if k == 0 else name for i, name in enumerate(outputs) for k in (0, 1)]
        shown = [*_READS, *reads] if level.level < 3 else []
        guard = [str(FIRST_FD), str(FIRST_FD + 1), folder, str(len(shown)), *shown, str(len(outputs)), *given, *argv]
        if level.level == 3:
            binds = ["--proc", "/proc", "--dev", "/dev", "--size", str(limits.disk_bytes), "--tmpfs", FOLDER]
            for path in reads:
                binds += ["--ro-bind", path, path]
            for i, name in enumerate(files):
                binds += ["--file", str(first_source + i), f"{FOLDER}/{name}"]
            line = jail(FIRST_FD + 2, FIRST_FD + len(fds), guard, binds=binds, shows=_SHOWS)
        else:
            line = [f"/proc/self/fd/{FIRST_FD + 2}", *guard]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": folder, "HOME": folder, **env}
        began, state = time.monotonic(), control.address + native.Control.state.offset
        started = start(line, fds, environment, level, state_address=state, jailed=level.level == 3, errors=errors)
        stack.callback(os.close, started.log)
        rc, late = _finish(started.pid, header, limits, level)
        seconds = time.monotonic() - began
        stdout, stderr = _text(started.log), _text(errors)
        found = {name: _bytes(results[i]) for i, name in enumerate(outputs) if header.count >> i & 1}
    return Result(rc, stdout, stderr, found, seconds, "time" if late else _limit(rc, stderr))


def _finish(pid: int, header: native.Control, limits: CommandLimits, level: Isolation) -> tuple[int, bool]:
    """Waits for the guard, ends everything, returns the command's exit code and whether it was too late."""
    code, status = ctypes.c_int(), ctypes.c_int()
    late = library().km_wait_end(pid, int(limits.seconds * 1e9), code, status) == native.TIMEOUT
    if level.level < 3:
        # The guard leads a process group that the filter lets nobody leave: what the command started goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    if late:
        state = native.RunnerState(pid=pid)
        library().km_kill(state)
        return -signal.SIGKILL, True
    if header.state != native.READY:
        return 126, False
    wait_status = header.error
    return os.waitstatus_to_exitcode(wait_status), False


def _limit(rc: int, stderr: str) -> str:
    text = stderr.lower()
    if rc in (-signal.SIGXCPU, 128 + signal.SIGXCPU) or "cpu time limit" in text:
        return "cpu"
    if rc in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) or "file size limit" in text or "file too large" in text:
        return "file"
    return "memory" if rc and any(words in text for words in _OUT_OF_MEMORY) else ""


@contextlib.contextmanager
def _host_folder(files: Mapping[str, bytes], level: Isolation):
    """Below level 3 the working folder is a real one, owned by whoever the command runs as."""
    parent = next((p for p in ("/dev/shm", "/var/tmp") if os.access(p, os.W_OK)), None)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"kernelmill-{os.getpid()}-", dir=parent))
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if level.uid:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, level.uid, level.uid)
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: str | None) -> None:
    """Removes folders whose judge was killed."""
    for folder in Path(parent or tempfile.gettempdir()).glob("kernelmill-[0-9]*-*"):
        if not Path(f"/proc/{folder.name.split('-')[1]}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _bytes(fd: int) -> bytes:
    return os.pread(fd, os.fstat(fd).st_size, 0)


def _text(fd: int) -> str:
    return os.pread(fd, 1 << 20, 0).decode(errors="replace")
