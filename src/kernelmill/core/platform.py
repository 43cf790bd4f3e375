"""Where a candidate runs: language + toolchain + device.

A platform describes; it never runs anything of a candidate. `compile` returns the command line and the judge runs it in a sandbox; `runner`
says which kind of runner the judge starts. So a platform needs no trust and no knowledge of isolation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Literal

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.machine import Machine
from kernelmill.core.spec import Plugin
from kernelmill.core.task import Task


@dataclass(frozen=True)
class Tool:
    """A program or library that a platform uses, and its state here."""

    name: str
    version: str = ""
    """Empty: not installed."""
    mend: str = ""
    """Command that installs it."""
    path: str = ""


@dataclass(frozen=True)
class State:
    """Whether a platform works here. `doctor` prints it."""

    ok: bool
    tools: tuple[Tool, ...] = ()
    reason: str = ""
    """Why not, in one sentence; empty when ok."""
    verified: bool = True
    """False: the code path exists and nobody could run it on this machine."""


@dataclass(frozen=True)
class Compile:
    """One compiler command for the judge's sandbox. `{out}` in argv stands for the output file; sources are in the working folder."""

    argv: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    """Files to put into the working folder: name, text."""
    output: str
    """Name of the file that the command must leave behind."""
    toolchain: str
    """Name, version and flags: part of the cache key and of every record."""
    reads: tuple[str, ...] = ()
    """Folders beyond the system's toolchain that the command must read."""
    env: tuple[tuple[str, str], ...] = ()
    seconds: float = 60.0
    """Time limit."""


@dataclass(frozen=True)
class Run:
    """How the judge runs what was compiled."""

    kind: Literal["native", "torch", "python", "command"]
    """`native`: the judge's C runner loads the shared object. `torch`: forked from the torch zygote. `python`: forked from a bare Python
    zygote. `command`: `argv` speaks the runner protocol itself (an emulator, a browser)."""
    threads: int = 1
    argv: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    reads: tuple[str, ...] = ()
    clock: Literal["cpu", "wall", "count"] = "wall"
    """What a time means here; `count` where only exact counts mean anything (emulators)."""
    mode: str = "eager"
    """Of kind `torch`: `eager`, `compile`, or `cuda`, where inline CUDA is compiled for the processor when the candidate is loaded."""
    tasks: int = 4
    """At most this many times the declared threads may exist."""
    checking: tuple[tuple[str, str], ...] = ()
    """Environment beside `env` while results are checked and nothing is timed: guards and schedules that cost time."""


@dataclass(frozen=True)
class Platform(Plugin, ABC):
    """Base of platform plug-ins: a frozen dataclass whose fields are its options."""

    @abstractmethod
    def state(self) -> State:
        """Which tools are there, and what is missing."""

    @abstractmethod
    def header(self, task: Task) -> str:
        """The text from which a person or a model learns what to write."""

    @abstractmethod
    def refuse(self, candidate: Candidate, task: Task) -> str:
        """Why this candidate is not judged at all (it imports a BLAS), or ''."""

    @abstractmethod
    def compile(self, candidate: Candidate, task: Task) -> Compile | None:
        """The compiler command, or None where nothing is compiled. Raises `MissingTool`."""

    @abstractmethod
    def run(self, task: Task) -> Run:
        """Which runner to start."""

    def run_of(self, candidate: Candidate, task: Task) -> Run:
        """Which runner to start for this candidate, where the language allows more than one."""
        return self.run(task)

    @abstractmethod
    def machine(self) -> Machine:
        """What the hardware offers."""

    def inspect(self, artifact: bytes, candidate: Candidate, task: Task) -> str:
        """Why the compiled artifact is refused (an undefined `sgemm_`, no entry symbol), or ''."""
        return ""

    def stages(self) -> dict[str, Tool]:
        """Sanitizer stages that it has, each with its tool (no version: not installed here)."""
        return {}

    def instrumented(self, candidate: Candidate, task: Task, stage: str, program: str, *, serial: bool = False) -> Compile:
        """The compiler command that links the candidate, checked by a sanitizer, with the text of a `program` that calls it.

        `serial`: the language's own parallel constructs (OpenMP) are left out. `env` also holds what a run of the output needs. Raises
        `UserError` where the platform has no stages.
        """
        raise UserError(f"platform {self.spec} has no stage '{stage}'", got=stage, allowed=tuple(self.stages()))


@dataclass(frozen=True)
class NullPlatform(Platform):
    """Compiles nothing and runs nothing: the no-hardware double, for dry runs and tests."""

    name = "null"
    machine_value: Machine = field(default_factory=lambda: Machine(name="null", arch="null"))

    def state(self) -> State:
        return State(ok=True)

    def header(self, task: Task) -> str:
        return f"{task.entry}: any text\n"

    def refuse(self, candidate: Candidate, task: Task) -> str:
        return ""

    def compile(self, candidate: Candidate, task: Task) -> Compile | None:
        return None

    def run(self, task: Task) -> Run:
        return Run(kind="command")

    def machine(self) -> Machine:
        return self.machine_value
