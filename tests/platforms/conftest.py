"""A small task that every platform test uses, and a compiler run without the judge's sandbox: the sources are ours."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import Platform
from kernelmill.core.task import Reference, Scalar, Task, Tensor


@pytest.fixture
def vadd() -> Task:
    return Task(
        name="broadcast/vadd",
        axes=("N",),
        tensors=(Tensor("x", ("N",)), Tensor("y", ("N",)), Tensor("z", ("N",), "out")),
        reference=Reference("def vadd(x, y):\n    return x + y\n", "vadd"),
        flops="N",
        profiles={"ci": {"N": 1000}, "cpu": {"N": 1 << 20}},
        families=(),
        doc="Adds two vectors.",
    )


@pytest.fixture
def step() -> Task:
    """In-out tensors, a weight with a dot in its name, scalars of each kind, an axis that shares a tensor's name."""
    return Task(
        name="file/my-step.v2",
        axes=("N", "x"),
        tensors=(
            Tensor("x", ("N", "x")),
            Tensor("fc.weight", ("x",), weight=True),
            Tensor("in", (), dtype="i64"),
            Tensor("p", ("N*x",), "inout"),
            Tensor("loss", (), "out", dtype="f64"),
        ),
        reference=Reference("def step(x): ... # ends */ early\n", "step"),
        flops="N",
        profiles={"ci": {"N": 3, "x": 5}},
        families=(),
        scalars=(Scalar("lr", 0.1), Scalar("steps", 3), Scalar("nesterov", True)),
        constraints=("x % 5 == 0",),
    )


def c_candidate(task: Task, source: str, name: str = "kernel.cpp") -> Candidate:
    return Candidate(task.name, "x86", ((name, source),), task.entry)


Build = Callable[[Platform, Candidate, Task], tuple[int, str, bytes]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Compiles in a temporary folder; returns exit code, messages and the artifact."""

    def run(platform: Platform, candidate: Candidate, task: Task) -> tuple[int, str, bytes]:
        command = platform.compile(candidate, task)
        assert command is not None
        for name, text in command.files:
            (tmp_path / name).write_text(text)
        argv = [a.replace("{out}", command.output) for a in command.argv]
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        out = tmp_path / command.output
        return done.returncode, done.stderr, out.read_bytes() if out.exists() else b""

    return run
