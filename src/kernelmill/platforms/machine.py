"""What this machine offers, read from /proc and /sys. Takes under a millisecond and imports nothing heavy."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import replace
from functools import cache
from pathlib import Path

from kernelmill.core.machine import Machine

_INTERESTING = frozenset(
    """
    sse2 ssse3 sse4_1 sse4_2 avx avx2 fma f16c bmi2 avx512f avx512dq avx512bw avx512vl avx512cd avx512_bf16 avx512_fp16 avx512_vnni
    avx_vnni avx512vbmi amx_tile amx_bf16 amx_int8 asimd asimdhp asimddp sve sve2 bf16 i8mm
    """.split()  # noqa: SIM905
)


def cores() -> int:
    """Cores this process may use: its affinity, cut down by a cgroup's CPU quota."""
    available = len(os.sched_getaffinity(0))
    for path, parse in (("/sys/fs/cgroup/cpu.max", _v2_quota), ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", _v1_quota)):
        quota = parse(Path(path))
        if quota is not None:
            return max(1, min(available, int(quota)))
    return available


def isa_level(machine: Machine) -> str:
    """`avx512`, `avx2` or `sse`: the widest level that every extension is there for."""
    have = set(machine.isa)
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"} <= have:
        return "avx512"
    return "avx2" if {"avx2", "fma", "bmi2"} <= have else "sse"


@cache
def detect() -> Machine:
    """This machine, without measured peaks (see `kernelmill.platforms.peaks`)."""
    info = _cpuinfo()
    flags = set(info.get("flags", info.get("Features", "")).split())
    caches = _caches()
    base = Machine(
        name=info.get("model name", platform.processor() or platform.machine()),
        arch=platform.machine(),
        isa=tuple(sorted(flags & _INTERESTING)),
        cores=cores(),
        l1_bytes=caches.get((1, "Data"), 32 << 10),
        l2_bytes=caches.get((2, "Unified"), 1 << 20),
        l3_bytes=caches.get((3, "Unified"), caches.get((2, "Unified"), 8 << 20)),
        line_bytes=caches.get((0, "line"), 64),
        memory_bytes=_memory(),
    )
    if base.arch != "x86_64":
        return replace(base, vector_registers=32)
    level = isa_level(base)
    width, registers = {"avx512": (64, 32), "avx2": (32, 16), "sse": (16, 16)}[level]
    return replace(base, vector_bytes=width, vector_registers=registers)


def identity(machine: Machine) -> str:
    """16 hex digits that change with the processor, its features, cores or caches: key of what was measured here.

    Two processors of one model name may differ (a hypervisor hides the model), so family, model, stepping and the kernel count too.
    """
    info = _cpuinfo()
    parts = [machine.name, machine.arch, *machine.isa, str(machine.cores), str(machine.l2_bytes), str(machine.l3_bytes)]
    parts += [info.get(k, "") for k in ("cpu family", "model", "stepping", "microcode")]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _cpuinfo() -> dict[str, str]:
    """The first processor's block of /proc/cpuinfo."""
    try:
        block = Path("/proc/cpuinfo").read_text().split("\n\n", 1)[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in block.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _caches() -> dict[tuple[int, str], int]:
    """(level, type) -> bytes, and (0, 'line') -> bytes of a line."""
    found: dict[tuple[int, str], int] = {}
    first = min(os.sched_getaffinity(0), default=0)
    for index in sorted(Path(f"/sys/devices/system/cpu/cpu{first}/cache").glob("index*")):
        try:
            level, kind, size = (index.joinpath(n).read_text().strip() for n in ("level", "type", "size"))
            found[int(level), kind] = int(size[:-1]) * {"K": 1 << 10, "M": 1 << 20}[size[-1]]
            found[0, "line"] = int(index.joinpath("coherency_line_size").read_text())
        except (OSError, ValueError, KeyError, IndexError):
            continue
    return found


def _memory() -> int:
    """Main memory in bytes, cut down by a cgroup's limit."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path(path).read_text()))
        except (OSError, ValueError):
            continue
    return total


def _v2_quota(path: Path) -> float | None:
    try:
        quota, period = path.read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return None


def _v1_quota(path: Path) -> float | None:
    try:
        quota = int(path.read_text())
        return None if quota <= 0 else quota / int(path.with_name("cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return None
