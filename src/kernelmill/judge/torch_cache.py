"""What torch.compile or a CUDA compiler made for a candidate at given sizes, kept between runs: one tar file per key."""

from __future__ import annotations

import hashlib
import importlib.metadata

from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Task
from kernelmill.judge import kept
from kernelmill.judge.process_arena import Arena
from kernelmill.platforms import machine

KIND, KEPT = "torch-compile", 400
"""Folder of the cache, and how many files it keeps."""


def key(candidate: Candidate, task: Task, arena: Arena, threads: int, mode: str = "compile", *, off: tuple[str, ...] = ()) -> str:
    """Everything that the generated code depends on: source, sizes, threads, compilers, processor; and the defences that were off when it
    was made, so that no judge meets what a weaker one let through."""
    sizes = sorted({(s.axes, tuple(b.shape for b in s.buffers)) for s in arena.sets})
    version = importlib.metadata.version("torch")
    if mode == "cuda":
        from kernelmill.cuda import toolchain

        version += toolchain.identity()
        if task.reference.kind != "module":
            sizes = []  # its constructor knows no sizes
    parts = (mode, off, candidate.id, task.digest, sizes, threads, version, machine.identity(machine.detect()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def get(name: str) -> bytes | None:
    """What was kept under this key, or None."""
    return kept.get(KIND, name)


def put(name: str, data: bytes) -> None:
    """Keep it."""
    kept.put(KIND, name, data, KEPT)
