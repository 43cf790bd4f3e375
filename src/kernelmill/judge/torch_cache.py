"""What torch.compile made for a candidate at given sizes, kept between runs: one tar file per key."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import tempfile
from pathlib import Path

from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Task
from kernelmill.judge.native.build import home
from kernelmill.judge.process_arena import Arena
from kernelmill.platforms import machine

KEPT = 400
"""Files in the cache; the oldest go first."""


def key(candidate: Candidate, task: Task, arena: Arena, threads: int) -> str:
    """Everything that the generated code depends on: source, sizes, threads, torch, processor."""
    sizes = sorted({(s.axes, tuple(b.shape for b in s.buffers)) for s in arena.sets})
    parts = (candidate.id, task.digest, sizes, threads, importlib.metadata.version("torch"), machine.identity(machine.detect()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def get(name: str) -> bytes | None:
    """A file of ours with the hash it was stored with, or None."""
    with contextlib.suppress(OSError):
        path = _folder() / name
        state, data = path.stat(), path.read_bytes()
        if state.st_uid == os.geteuid() and not state.st_mode & 0o077 and hashlib.sha256(data[32:]).digest() == data[:32]:
            os.utime(path)
            return data[32:]
    return None


def put(name: str, data: bytes) -> None:
    """Keep a file; a cache that cannot be written costs time, not verdicts."""
    with contextlib.suppress(OSError):
        folder = _folder()
        fd, part = tempfile.mkstemp(dir=folder)
        with os.fdopen(fd, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(part, folder / name)
        kept = sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime)
        for path in kept[: max(0, len(kept) - KEPT)]:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    """Ours alone, so that nobody else can leave a file there."""
    folder = home() / "torch-compile"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
