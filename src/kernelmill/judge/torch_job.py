"""What the judge tells a torch runner beside the control page: the candidate, the task's tensors, the mode. Plain JSON in a memfd."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Reference, Scalar, Task, Tensor

REQUEST = struct.Struct("=iii")
"""uid to drop to (0: stay), namespaces to make (0 none, 1 all, 2 mounts only), megabytes of a writable /tmp in them."""
DESCRIPTORS = ("job", "control", "inputs", "outputs", "results", "lifeline", "log", "cache")
"""What a request to the zygote carries, in this order."""


@dataclass(frozen=True)
class Job:
    """Everything a runner needs to bind a candidate to the arena."""

    task: Task
    """Tensors, axes, scalars and reference of the task; profiles and families stay with the judge."""
    files: tuple[tuple[str, str], ...]
    entry: str
    mode: str = "eager"
    threads: int = 1
    step: str = "run"
    """`run`: answer requests. `compile`: fill the cache that later runners of mode `compile` load, and end."""
    scratch: str = ""
    """Folder that may be written while the candidate loads; empty: none."""
    env: tuple[tuple[str, str], ...] = ()
    """Environment of the runner, beside what the zygote has."""
    any_python: bool = False
    """Mode `cuda`: a module that compiles no CUDA is served too. So only where a judge has no policy."""

    @classmethod
    def of(cls, candidate: Candidate, task: Task, mode: str, threads: int, env: Mapping[str, str] | None = None) -> Job:
        return cls(task, candidate.files, candidate.entry, mode, threads, env=tuple((env or {}).items()))

    def dump(self) -> bytes:
        task = self.task
        data = {
            "task": {
                "name": task.name,
                "axes": task.axes,
                "tensors": [dataclasses.asdict(t) for t in task.tensors],
                "scalars": [dataclasses.asdict(s) for s in task.scalars],
                "reference": dataclasses.asdict(task.reference),
            },
            "files": self.files,
            "entry": self.entry,
            "mode": self.mode,
            "threads": self.threads,
            "step": self.step,
            "scratch": self.scratch,
            "env": self.env,
            "any_python": self.any_python,
        }
        return json.dumps(data).encode()

    @classmethod
    def load(cls, data: bytes) -> Job:
        """Inverse of `dump`, as far as a runner is told."""
        raw: dict[str, Any] = json.loads(data)
        t = raw["task"]
        reference = t["reference"] | {"constants": tuple((k, v) for k, v in t["reference"]["constants"])}
        task = Task(
            name=t["name"],
            axes=tuple(t["axes"]),
            tensors=tuple(Tensor(**(x | {"shape": tuple(x["shape"])})) for x in t["tensors"]),
            scalars=tuple(Scalar(**x) for x in t["scalars"]),
            reference=Reference(**reference),
            flops="0",
            profiles={},
            families=(),
        )
        files = tuple((n, x) for n, x in raw["files"])
        env = tuple((k, v) for k, v in raw["env"])
        return cls(task, files, env=env, **{k: raw[k] for k in ("entry", "mode", "threads", "step", "scratch", "any_python")})
