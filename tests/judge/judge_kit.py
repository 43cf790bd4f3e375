"""Small kernels and arenas for the judge's tests."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from pathlib import Path

from kernelmill.judge.process import Arena, Buffer, CallSet, Mode

PRELUDE = """
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
"""


@functools.cache
def shared_object(source: str, *flags: str, cc: str = "gcc") -> bytes:
    """Compiled C (trusted here: the tests wrote it)."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "k.so"
        argv = [cc, "-O2", "-shared", "-fPIC", "-x", "c", "-", "-o", str(out), *flags]
        subprocess.run(argv, input=PRELUDE + source, text=True, check=True, timeout=60)
        return out.read_bytes()


RELU = "void km_relu(const float* x, float* y, int64_t n) { for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0; }"


def relu_arena(n: int = 1000, sets: int = 2, mode: Mode = Mode.PACKED, seed: int = 1) -> Arena:
    """`sets` calls of km_relu over n floats, inputs counting up from -n/2."""
    import numpy as np

    arena = Arena([CallSet((Buffer("f32", (n,)), Buffer("f32", (n,), "out")), axes=(n,), mode=mode)] * sets, seed)
    for i in range(sets):
        arena.view(i, 0)[:] = np.arange(n) - n // 2 + i
    return arena


def children() -> set[int]:
    """Living children of this process, zombies aside."""
    found: set[int] = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        for pid in (task / "children").read_text().split():
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z":
                found.add(int(pid))
    return found
