"""Torch runners: Python candidates in processes that are forked from one that imported torch already (about 20 ms each).

with start(candidate, task, arena, threads=2) as runner:
    runner.call([0, 1])                 # as any Runner; the results stay where torch put them
    runner.copy_results()               # now they are in runner.outputs
"""

from __future__ import annotations

import array
import atexit
import functools
import mmap
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import MissingTool
from kernelmill.core.task import Task
from kernelmill.judge import sandbox_start, torch_cache
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.build import built, home
from kernelmill.judge.process import Limits, Runner, runner_flags
from kernelmill.judge.process_arena import Arena, Memory
from kernelmill.judge.process_outcome import Outcome
from kernelmill.judge.sandbox import Isolation, isolation, task_limit
from kernelmill.judge.sandbox_start import StartError, memfd
from kernelmill.judge.torch_job import REQUEST, Job

_START_SECONDS = 300.0
EXIT_RAISED, EXIT_SHAPE = 4, 5


class Zygote:
    """One zygote process. Thread-safe. It dies with this process."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self._lock = threading.RLock()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        env = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "KMP_", "MKL_", "LD_"))}
        env |= {
            "TORCHINDUCTOR_COMPILE_THREADS": "1",
            "TORCHINDUCTOR_CACHE_DIR": str(home() / "torch-zygote"),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "passive",
            "GOMP_SPINCOUNT": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        argv = [sys.executable, "-P", "-m", "kernelmill.judge.torch_zygote_main", str(number), str(built() / "libchild.so"), mode]
        self._process = subprocess.Popen(argv, env=env, pass_fds=(number,), stdin=subprocess.DEVNULL, start_new_session=True)
        theirs.close()
        self._ready = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        """Waits until torch is imported: 1 to 6 s after the start; mode `compile` 5 s, 20 s the first time on a machine.

        Raises `MissingTool` when it does not get there.
        """
        with self._lock:
            if self._ready:
                return
            readable, _, _ = select.select([self._channel], [], [], _START_SECONDS)
            if not readable or self._channel.recv(16) != b"ready":
                self.close()
                raise MissingTool("torch", "the torch zygote did not start (see its message above)", "pip install torch")
            self._ready = True

    def fork(self, fds: Sequence[int], uid: int, namespaces: int, scratch_mb: int = 0) -> int:
        """Host pid of a new runner, a direct child of this process. Raises `StartError` with what the zygote said."""
        with self._lock:
            self.wait_ready()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
            try:
                self._channel.sendmsg([REQUEST.pack(uid, namespaces, scratch_mb)], rights)
                answer = self._channel.recv(512).decode(errors="replace")
            except OSError as error:
                raise StartError(f"the torch zygote is gone: {error}") from error
        if not answer.isdigit():
            raise StartError(f"the torch runner did not start: {answer.removeprefix('!') or 'the zygote is gone'}")
        return int(answer)

    def close(self) -> None:
        """Ends the zygote. Its runners live on; each belongs to its `Runner`."""
        self._channel.close()
        self._process.kill()
        self._process.wait()


@functools.cache
def _table() -> dict[str, Zygote]:
    native.library()  # makes this process a subreaper: runners come to it when the process between leaves
    table: dict[str, Zygote] = {}
    atexit.register(lambda: [z.close() for z in table.values()])
    return table


def zygote(mode: str = "eager") -> Zygote:
    """The zygote for a mode, started at first use and again when it died. Returns before torch is imported."""
    table = _table()
    if mode not in table or not table[mode].alive:
        table[mode] = Zygote(mode)
    return table[mode]


@dataclass
class TorchRunner(Runner):
    """A `Runner` whose results lie in memory of its own until `copy_results`.

    `request` may give two more kinds than the C runner: `raised` (a Python exception, `detail` names the candidate's line) and `shape`
    (something else than the task's outputs came back).
    """

    results: Memory | None = None
    """Addresses of the results of the last call in the runner, 8 bytes per set and output."""

    def request(self, kind: Literal[1, 2, 3, 4] | int, order: Sequence[int], timeout: float) -> Outcome:
        outcome = self.explained(super().request(kind, order, timeout))
        if self.ending is not None:
            self.ending = outcome
        return outcome

    def explained(self, outcome: Outcome) -> Outcome:
        if outcome.kind == "exit" and outcome.code in (EXIT_RAISED, EXIT_SHAPE):
            header = native.Control.from_address(self.control.address)
            kind = "raised" if outcome.code == EXIT_RAISED else "shape"
            return replace(outcome, kind=kind, detail=header.message.decode(errors="replace"))
        return outcome

    @property
    def results_address(self) -> int | None:
        return self.results.address if self.results else None

    @property
    def copies(self) -> bool:
        return True

    cache: int = -1
    """memfd with what torch.compile made, mode `compile` only."""
    scratch: str = ""
    """Folder to remove at the end."""

    def kill(self) -> None:
        super().kill()
        if self.results:
            self.results.close()
        if self.cache >= 0:
            os.close(self.cache)
            self.cache = -1
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch = ""


def start(
    candidate: Candidate,
    task: Task,
    arena: Arena,
    *,
    mode: str = "eager",
    threads: int = 1,
    outputs: Memory | None = None,
    level: Isolation | None = None,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    diagnose: bool = False,
    stopped: bool = True,
    timeout: float = 60.0,
) -> TorchRunner:
    """Starts a runner for a Python candidate and waits until it is loaded.

    Mode `compile`: the first start for a candidate, its sizes and threads compiles (6 to 20 s); later ones load what that one made
    (0.3 to 1.2 s), in later sessions too. Mode `cuda` does the same with the extensions that the candidate builds (about 4 s each).
    Raises `StartError` when the sandbox fails, `MissingTool` without torch; a candidate that fails
    to load is `runner.loaded().kind != "ok"`, as for `Runner.start`.
    """
    runner = launch(
        candidate, task, arena, mode=mode, threads=threads, outputs=outputs, level=level, limits=limits, env=env, diagnose=diagnose
    )
    if runner.loaded(timeout).ok and stopped:
        runner.stop()
    return runner


def launch(
    candidate: Candidate,
    task: Task,
    arena: Arena,
    *,
    mode: str = "eager",
    threads: int = 1,
    outputs: Memory | None = None,
    level: Isolation | None = None,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    diagnose: bool = False,
) -> TorchRunner:
    """Like `start`, without waiting for the candidate to be loaded (but for a compilation that nobody did before)."""
    level, limits, outputs = level or isolation(), limits or Limits(), outputs or arena.new_outputs()
    job = Job.of(candidate, task, mode, threads, env)
    if mode == "eager":
        return _launch(job, arena, outputs, level, limits, diagnose=diagnose)
    job = replace(job, any_python=not level.defences.policy)
    name = torch_cache.key(candidate, task, arena, threads, mode, off=(*level.defences.off, *(() if level.level > 1 else ("sandbox",))))
    made = torch_cache.get(name)
    if made is None:
        compiler = _launch(replace(job, step="compile"), arena, outputs, level, _COMPILING)
        compiler.loaded(_COMPILE_SECONDS)
        made = os.pread(compiler.cache, os.fstat(compiler.cache).st_size, 0)
        if not made:
            return compiler  # it has ended: `loaded()` says why. What was made before an end stays, and the next runner shows why it ends
        compiler.kill()
        torch_cache.put(name, made)
    return _launch(job, arena, outputs, level, limits, diagnose=diagnose, cache=made)


_COMPILE_SECONDS = 240.0
_COMPILING = Limits(memory_bytes=16 << 30, tasks_per_thread=64)
_SCRATCH_MB = 512


def _launch(
    job: Job, arena: Arena, outputs: Memory, level: Isolation, limits: Limits, *, diagnose: bool = False, cache: bytes = b""
) -> TorchRunner:
    """A runner that has been admitted and now loads."""
    flags = runner_flags(level)
    control = arena.control(job.entry, "", flags=flags | (native.FLAG_TRAP if diagnose else 0), workspace=False)
    header = native.Control.from_address(control.address)
    if level.defences.limits:
        header.limit_memory, header.limit_cpu_s = limits.memory_bytes, limits.cpu_seconds
        header.limit_tasks = task_limit(limits.tasks_per_thread * job.threads + 1, level)
    results = Memory("results", -(-8 * len(arena.sets) * max(1, len(job.task.outputs)) // mmap.PAGESIZE) * mmap.PAGESIZE)
    namespaces, folder = _namespaces(level, job.mode), ""
    if job.mode != "eager":
        folder = "" if namespaces else _scratch(level)
        job = replace(job, scratch="/tmp" if namespaces else folder)
    told, log, kept = memfd("job", job.dump()), memfd("log", mode=0o600), memfd("cache", cache, mode=0o600)
    try:
        fds = (told, control.fd, arena.inputs.fd, outputs.fd, results.fd, sandbox_start.lifeline(), log, kept)
        pid = zygote(job.mode).fork(fds, level.uid, namespaces, _SCRATCH_MB if namespaces and job.scratch else 0)
        adopted = native.library().km_adopt(pid, -1, control.address + native.Control.state.offset, int(_START_SECONDS * 1e9))
        if adopted < 0:
            raise StartError(f"the torch runner did not start: {os.pread(log, 2000, 0).decode(errors='replace')}")
    except BaseException:
        os.close(log)
        os.close(kept)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(told)
    state = native.RunnerState(control=control.address, pid=adopted, polite=int(not runner_flags(level) & native.FLAG_SECCOMP))
    return TorchRunner(arena, outputs, control, level, job.threads, log, state, results=results, cache=kept, scratch=folder)


def _namespaces(level: Isolation, mode: str) -> int:
    """1, all of them, at level 3; 2, mounts only, below it, where a runner that still opens files could not reach Python's as uid 65534."""
    if level.level == 3:
        return 1
    return 2 if level.level == 2 and level.uid and mode != "eager" and not _open_to_all(sys.prefix, sys.base_prefix) else 0


def _open_to_all(*folders: str) -> bool:
    """Whether every user may go into these folders."""
    ways = [way for folder in folders for way in (Path(folder).resolve(), *Path(folder).resolve().parents)]
    return all(way.stat().st_mode & 0o001 for way in ways)


def _scratch(level: Isolation) -> str:
    """A folder that a runner without namespaces may write while it loads."""
    folder = tempfile.mkdtemp(prefix="kernelmill-")
    if level.uid:
        os.chown(folder, level.uid, level.uid)
    return folder
