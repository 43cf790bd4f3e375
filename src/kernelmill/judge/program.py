"""A candidate that is ready to run: what was compiled, and how its runners start."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.platform import Run
from kernelmill.core.task import Task
from kernelmill.judge.process import Limits, Runner
from kernelmill.judge.process_arena import Arena, Memory
from kernelmill.judge.sandbox import Isolation


@dataclass(frozen=True)
class Program:
    """Everything that a runner needs. One process never serves two programs."""

    candidate: Candidate
    task: Task
    run: Run
    artifact: bytes = field(default=b"", repr=False)
    """The shared object; empty for Python candidates."""
    toolchain: str = ""
    workspace: bool = False
    """Whether the entry takes a last `void* workspace`."""
    mode: str = "eager"
    """Of kind `torch`."""
    compile_seconds: float = 0.0
    cached: bool = False
    """Whether the artifact came from the cache."""

    @property
    def results_elsewhere(self) -> bool:
        """Whether results must be fetched by `copy_results` after a call."""
        return self.run.kind == "torch"

    def start(
        self,
        arena: Arena,
        level: Isolation,
        *,
        outputs: Memory | None = None,
        limits: Limits | None = None,
        diagnose: bool = False,
        stopped: bool = True,
        checking: bool = False,
        timeout: float = 60.0,
    ) -> Runner:
        """A new runner with this candidate loaded; a dead one (`alive` is false) where it does not load. Raises `StartError`.

        `checking`: nothing is timed, so that the platform's guards may cost time.
        """
        env = dict(self.run.env) | (dict(self.run.checking) if checking else {})
        if self.run.kind == "torch":
            from kernelmill.judge import torch_zygote

            return torch_zygote.start(
                self.candidate, self.task, arena, mode=self.mode, threads=self.run.threads, outputs=outputs, level=level,
                limits=limits or self._limits, env=env, diagnose=diagnose, stopped=stopped, timeout=timeout,
            )  # fmt: skip
        if self.run.kind != "native":
            raise UserError(f"no runner for platform '{self.candidate.platform}'", got=self.run.kind, allowed=("native", "torch"))
        return Runner.start(
            self.artifact, self.candidate.entry, arena, outputs=outputs, workspace=self.workspace, threads=self.run.threads, level=level,
            limits=limits or self._limits, env=env, reads=self.run.reads, diagnose=diagnose, stopped=stopped, timeout=timeout,
        )  # fmt: skip

    def warm(self) -> None:
        """Waits for what runners are forked from. Torch takes seconds of CPU time to import: begun within a race, they are a load on it."""
        if self.run.kind == "torch":
            from kernelmill.judge import torch_zygote

            torch_zygote.zygote(self.mode).wait_ready()

    def launch(self, arena: Arena, outputs: Memory, level: Isolation) -> Runner:
        """Like `start`, and where the runner can load by itself without waiting for it: ask `loaded()`."""
        if self.run.kind == "torch":
            from kernelmill.judge import torch_zygote

            return torch_zygote.launch(
                self.candidate, self.task, arena, mode=self.mode, threads=self.run.threads, outputs=outputs, level=level,
                limits=self._limits, env=dict(self.run.env),
            )  # fmt: skip
        if self.run.kind != "native":
            return self.start(arena, level, outputs=outputs)
        return Runner.launch(
            self.artifact, self.candidate.entry, arena, outputs=outputs, workspace=self.workspace, threads=self.run.threads, level=level,
            limits=self._limits, env=dict(self.run.env), reads=self.run.reads,
        )  # fmt: skip

    @property
    def _limits(self) -> Limits:
        return Limits(tasks_per_thread=self.run.tasks)
