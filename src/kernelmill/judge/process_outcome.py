"""How a request to a runner ended, in words that a verdict can quote."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import RunnerState

_EXITED = 1  # si_code CLD_EXITED

CALLS = {
    41: "socket", 42: "connect", 44: "sendto", 49: "bind", 53: "socketpair", 56: "clone (a new process)", 57: "fork", 58: "vfork",
    59: "execve", 62: "kill", 101: "ptrace", 200: "tkill", 234: "tgkill", 272: "unshare", 298: "perf_event_open",
    310: "process_vm_readv", 311: "process_vm_writev", 321: "bpf", 322: "execveat", 323: "userfaultfd", 425: "io_uring_setup",
    434: "pidfd_open", 13: "rt_sigaction (a handler that would hide a fault)", 10: "mprotect (of the judge's memory)",
    11: "munmap (of the judge's memory)", 9: "mmap (over the judge's memory)", 25: "mremap (of the judge's memory)",
    157: "prctl", 165: "mount", 308: "setns", 29: "shmget", 30: "shmat", 317: "seccomp",
}  # fmt: skip
"""x86-64 number -> name of calls that no kernel needs; what a diagnosis run reports."""


@dataclass(frozen=True)
class Outcome:
    """What happened to one request."""

    kind: str
    """`ok`; `crash` (a signal); `exit` (it left by itself); `forbidden` (a system call no kernel needs); `timeout`; `load`; `lost`."""
    detail: str = ""
    """One sentence, empty when ok."""
    wall_ns: int = 0
    """From continuing the runner to its confirmed stop."""
    cpu_ns: int = 0
    """CPU time of all its threads in that window, by the kernel's clock."""
    outside_ns: int = 0
    """CPU time since the window before: near zero for a stopped runner."""
    signal: int = 0
    code: int = 0
    syscall: int | None = None
    """Number of the forbidden call, known in diagnosis runs."""
    set_index: int | None = None
    """Call set under way when it ended: a hint by the runner, not evidence."""

    @property
    def ok(self) -> bool:
        return self.kind == "ok"


def after_end(state: RunnerState, end: int, violation: int, *, during: str, set_index: int | None = None, wall_ns: int = 0) -> Outcome:
    """The outcome of a runner that ended during a request."""
    known = {"set_index": set_index, "wall_ns": wall_ns}
    if end == native.TIMEOUT:
        return Outcome("timeout", f"no answer within the time limit during {during}", **known)  # type: ignore[arg-type]
    if end == native.LOST or state.status < 0:
        return Outcome("lost", "the runner is no child of the judge any more", **known)  # type: ignore[arg-type]
    exited = state.code == _EXITED
    number = state.status - 128 if exited and state.status in (128 + signal.SIGABRT, 128 + signal.SIGSYS) else 0 if exited else state.status
    if number == signal.SIGSYS:
        call = violation or None
        name = CALLS.get(violation, f"system call {violation}") if call else "a system call that no kernel needs"
        return Outcome("forbidden", f"{name} during {during}", signal=number, syscall=call, **known)  # type: ignore[arg-type]
    if exited and not number:
        return Outcome("exit", f"left with exit code {state.status} during {during}", code=state.status, **known)  # type: ignore[arg-type]
    why = {signal.SIGKILL: "killed: out of memory or CPU time", signal.SIGABRT: "abort()"}.get(signal.Signals(number), "")
    detail = f"{signal.Signals(number).name} during {during}" + (f" ({why})" if why else "")
    return Outcome("crash", detail, signal=number, **known)  # type: ignore[arg-type]
