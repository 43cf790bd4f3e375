"""What was compiled, kept between runs: one file per key, stored with its own hash, in folders that nobody else can write."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from kernelmill.judge.native.build import home


def get(kind: str, name: str) -> bytes | None:
    """A file of ours whose content has the hash it was stored with, or None."""
    with contextlib.suppress(OSError):
        path = _folder(kind) / name
        state, data = path.stat(), path.read_bytes()
        if state.st_uid == os.geteuid() and not state.st_mode & 0o077 and hashlib.sha256(data[32:]).digest() == data[:32]:
            os.utime(path)
            return data[32:]
    return None


def put(kind: str, name: str, data: bytes, most: int) -> None:
    """Keep a file; now and then the oldest go, until `most` are left. A cache that cannot be written costs time, not verdicts."""
    with contextlib.suppress(OSError):
        folder = _folder(kind)
        fd, part = tempfile.mkstemp(dir=folder)
        with os.fdopen(fd, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(part, folder / name)
        kept = list(folder.iterdir()) if int(name[:2], 16) < 8 else []
        for path in sorted(kept, key=lambda p: p.stat().st_mtime)[: max(0, len(kept) - most)]:
            path.unlink(missing_ok=True)


def _folder(kind: str) -> Path:
    folder = home() / kind
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
