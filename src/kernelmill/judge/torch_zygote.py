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
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import MissingTool
from kernelmill.core.task import Task
from kernelmill.judge import sandbox_start
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.build import built
from kernelmill.judge.process import Limits, Runner
from kernelmill.judge.process_arena import Arena, Memory
from kernelmill.judge.process_outcome import Outcome
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.sandbox_start import StartError, memfd
from kernelmill.judge.torch_job import Job
from kernelmill.judge.torch_zygote_main import REQUEST

_START_SECONDS = 120.0
EXIT_RAISED, EXIT_SHAPE = 4, 5


class Zygote:
    """One zygote process. Thread-safe. It dies with this process."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        env = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "KMP_", "MKL_", "LD_", "PYTHON"))}
        env |= {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "PYTHONDONTWRITEBYTECODE": "1"}
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
        """Waits until torch is imported (1 to 6 s after the start). Raises `MissingTool` when it does not get there."""
        if self._ready:
            return
        readable, _, _ = select.select([self._channel], [], [], _START_SECONDS)
        if not readable or self._channel.recv(16) != b"ready":
            self.close()
            raise MissingTool("torch", "the torch zygote did not start (see its message above)", "pip install torch")
        self._ready = True

    def fork(self, fds: Sequence[int], uid: int, namespaces: bool) -> int:
        """Host pid of a new runner, a direct child of this process. Raises `StartError` with what the zygote said."""
        with self._lock:
            self.wait_ready()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
            try:
                self._channel.sendmsg([REQUEST.pack(uid, int(namespaces))], rights)
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
        outcome = super().request(kind, order, timeout)
        if outcome.kind == "exit" and outcome.code in (EXIT_RAISED, EXIT_SHAPE):
            header = native.Control.from_address(self.control.address)
            kind_name = "raised" if outcome.code == EXIT_RAISED else "shape"
            return replace(outcome, kind=kind_name, detail=header.message.decode(errors="replace"))
        return outcome

    def kill(self) -> None:
        super().kill()
        if self.results:
            self.results.close()


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
    diagnose: bool = False,
    stopped: bool = True,
    timeout: float = 60.0,
) -> TorchRunner:
    """Starts a runner for a candidate of platform `torch` and waits until it is loaded.

    Raises `StartError` when the sandbox fails, `MissingTool` without torch; a candidate that fails to load is
    `runner.loaded().kind != "ok"`, as for `Runner.start`.
    """
    level = level or isolation()
    outputs = outputs or arena.new_outputs()
    flags = {3: native.FLAG_SECCOMP, 2: native.FLAG_SECCOMP | native.FLAG_LANDLOCK, 1: 0}[level.level]
    control = arena.control(candidate.entry, "", flags=flags | (native.FLAG_TRAP if diagnose else 0), workspace=False)
    header = native.Control.from_address(control.address)
    limits = limits or Limits()
    header.limit_memory, header.limit_cpu_s = limits.memory_bytes, limits.cpu_seconds
    header.limit_tasks = limits.tasks_per_thread * threads + 1
    results = Memory("results", -(-8 * len(arena.sets) * max(1, len(task.outputs)) // mmap.PAGESIZE) * mmap.PAGESIZE)
    job, log = memfd("job", Job.of(candidate, task, mode, threads).dump()), memfd("log", mode=0o600)
    try:
        fds = (job, control.fd, arena.inputs.fd, outputs.fd, results.fd, sandbox_start.lifeline(), log)
        pid = zygote(mode).fork(fds, level.uid, level.level == 3)
        adopted = native.library().km_adopt(pid, -1, control.address + native.Control.state.offset, int(timeout * 1e9))
        if adopted < 0:
            raise StartError(f"the torch runner did not start: {os.pread(log, 2000, 0).decode(errors='replace')}")
    except BaseException:
        os.close(log)
        raise
    finally:
        os.close(job)
    state = native.RunnerState(control=control.address, pid=adopted, polite=int(level.level == 1))
    runner = TorchRunner(arena, outputs, control, level, threads, log, state, results=results)
    if runner.loaded(timeout).ok and stopped:
        runner.stop()
    return runner
