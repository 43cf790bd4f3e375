"""Measured peaks of this machine: FLOP/s and bytes/s, one core and all, kept in the cache folder until the machine changes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from kernelmill.core.errors import KernelmillError
from kernelmill.platforms import machine, peaks_store
from kernelmill.platforms.x86 import X86

SOURCE = Path(__file__).parent / "native" / "peaks.c"
QUANTITIES = ("flops_f32", "read", "copy", "stream", "triad")
"""FLOP/s, then bytes/s: `copy` counts bytes read plus bytes written, `stream` is a copy whose stores go around the caches, `triad`
(a = b + s * c) counts all three arrays."""


def measure(seconds: float = 0.5, megabytes: float = 96.0) -> dict[str, Any]:
    """Measures and stores. `seconds` per quantity and thread count, `megabytes` per array (three arrays).

    Returns the stored file: `peaks` (`flops_f32_1`, `flops_f32_all`, `read_1`, ...: the best repeat), `median` and `spread` (same keys;
    spread = 1 - median / best), `machine`, `toolchain`, `megabytes`, `created`. Raises `MissingTool` without a compiler.
    """
    here = machine.detect()
    peaks: dict[str, float] = {}
    median: dict[str, float] = {}
    platform = X86()
    with tempfile.TemporaryDirectory(prefix="kernelmill-peaks-") as folder:
        program = _build(platform, Path(folder))
        for label, threads in (("1", 1), ("all", here.cores)):
            found = _run(program, threads, seconds, megabytes)
            for name in QUANTITIES:
                peaks[f"{name}_{label}"] = found[name]["best"]
                median[f"{name}_{label}"] = found[name]["median"]
    data: dict[str, Any] = {
        "peaks": peaks,
        "median": median,
        "spread": {name: 1 - median[name] / best for name, best in peaks.items()},
        "machine": {"name": here.name, "cores": here.cores, "isa": list(here.isa), "l3_bytes": here.l3_bytes},
        "toolchain": platform.toolchain(".c"),
        "megabytes": megabytes,
        "created": time.time(),
    }
    peaks_store.save(machine.identity(here), data)
    return data


def stored() -> dict[str, Any]:
    """What `measure` stored for this machine, or {}."""
    return peaks_store.read(machine.identity(machine.detect()))


def _build(platform: X86, folder: Path) -> Path:
    compiler = platform.compiler()
    out = folder / "peaks"
    width = platform.machine().vector_bytes
    argv = [compiler.path, *platform.flags(".c"), f"-DVECTOR_BYTES={width}", str(SOURCE), "-o", str(out), *platform.libraries()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise KernelmillError(f"the peak measurement does not compile with {compiler.path}:\n{done.stderr[:2000]}")
    return out


def _run(program: Path, threads: int, seconds: float, megabytes: float) -> dict[str, dict[str, float]]:
    env = {"OMP_NUM_THREADS": str(threads), "OMP_PROC_BIND": "true", "OMP_DYNAMIC": "false", "PATH": "/usr/bin:/bin"}
    limit = 30 + 40 * seconds
    done = subprocess.run([str(program), str(megabytes), str(seconds)], capture_output=True, text=True, timeout=limit, env=env, check=False)
    if done.returncode:
        raise KernelmillError(f"the peak measurement failed with exit code {done.returncode}: {done.stderr[:500]}")
    return json.loads(done.stdout)
