"""Sanitizer stages of compilers for C and C++: which flags, which runtime, which options. Nothing here runs a candidate.

A stage is a second build of the candidate with every memory access (or operation) checked, linked with a program of the judge that
calls it. Static runtimes, so that the sandbox need show no more than it does for compilers.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kernelmill.core.platform import Tool
from kernelmill.platforms.compilers import Compiler

MEND = "sudo apt-get install -y clang-22 libclang-rt-22-dev libomp-22-dev llvm-22"


@dataclass(frozen=True)
class Sanitizer:
    """One stage."""

    what: str
    flags: tuple[str, ...]
    clang: str
    """Archive of clang's runtime, without `libclang_rt.` and the processor."""
    gcc: str
    """Library of gcc's runtime; empty: gcc's is not used."""
    variable: str
    """Environment variable of its options."""
    options: str
    openmp: bool = True
    """Whether the program may use the OpenMP library, which is not instrumented itself."""


SANITIZERS = {
    "asan": Sanitizer(
        "reads and writes outside of any buffer, use after free or return",
        ("-fsanitize=address", "-fsanitize-address-use-after-scope"),
        "asan",
        "libasan",
        "ASAN_OPTIONS",
        # leaks are found by stopping and reading all threads, which the sandbox forbids; a kernel may keep its scratch memory anyway
        "detect_leaks=0:exitcode=66:redzone=256:detect_stack_use_after_return=1:hard_rss_limit_mb=6144:print_legend=0:print_cmdline=0",
    ),
    "ubsan": Sanitizer(
        "operations that C does not define: signed overflow, shifts, misaligned accesses, array bounds",
        # a call through a pointer of another type cannot happen between the judge's program and the entry; vptr needs RTTI of everything
        ("-fsanitize=undefined", "-fno-sanitize=vptr,function", "-fsanitize-recover=undefined"),
        "ubsan_standalone",
        "libubsan",
        "UBSAN_OPTIONS",
        "print_stacktrace=0",
    ),
    "tsan": Sanitizer(
        "data races between threads, OpenMP's and its own",
        # loops that copy stay loops: a call of memcpy is not seen where calls from OpenMP's library are left out
        ("-fsanitize=thread", "-fno-builtin-memcpy", "-fno-builtin-memset", "-fno-builtin-memmove"),
        "tsan",
        "",  # gcc's OpenMP library is not annotated: every barrier would look like a race
        "TSAN_OPTIONS",
        "exitcode=66:halt_on_error=1:memory_limit_mb=6144:detect_deadlocks=0:report_signal_unsafe=0",
    ),
    "msan": Sanitizer(
        "results or branches that depend on memory nobody wrote",
        ("-fsanitize=memory", "-fsanitize-memory-track-origins=2"),
        "msan",
        "",
        "MSAN_OPTIONS",
        "exitcode=66:print_stats=0",
        openmp=False,
    ),
}


def tool(stage: str, compiler: Compiler) -> Tool:
    """The runtime of a stage for this compiler; without a version where it is not installed."""
    s = SANITIZERS[stage]
    name = f"{stage} ({compiler.kind})"
    path = _runtime(s, compiler)
    if path and stage == "tsan" and compiler.openmp and not (Path(compiler.openmp) / "libarcher.so").exists():
        path = ""
    return Tool(name, compiler.version if path else "", MEND, path)


@cache
def _runtime(s: Sanitizer, compiler: Compiler) -> str:
    if compiler.kind == "gcc":
        found = sorted(Path(compiler.openmp).glob(f"{s.gcc}.*")) if s.gcc and compiler.openmp else []
        return str(found[0]) if found else ""
    root = Path(compiler.path).resolve().parent.parent
    for pattern in (f"linux/libclang_rt.{s.clang}-x86_64.a", f"x86_64*/libclang_rt.{s.clang}.a"):
        for path in root.glob(f"lib/clang/*/lib/{pattern}"):
            return str(path)
    return ""


def symbolizer(compiler: Compiler) -> str:
    """The program that turns addresses into lines; '' where there is none."""
    beside = Path(compiler.path).resolve().parent / "llvm-symbolizer"
    return str(beside) if beside.exists() else shutil.which("llvm-symbolizer") or shutil.which("addr2line") or ""


def environment(stage: str, compiler: Compiler, threads: int, *, serial: bool = False) -> dict[str, str]:
    """Variables for a run of the built program. `serial`: it was built without OpenMP."""
    s = SANITIZERS[stage]
    found = symbolizer(compiler)
    options = f"{s.options}:color=never" + (f":external_symbolizer_path={found}" if found else "")
    env = {s.variable: options, "OMP_NUM_THREADS": str(threads), "OMP_DYNAMIC": "false", "KMP_AFFINITY": "disabled", "KMP_BLOCKTIME": "0"}
    if stage != "tsan" or serial:
        env["OMP_TOOL"] = "disabled"
    elif compiler.openmp:
        # archer tells the sanitizer what OpenMP's own synchronisation orders; what its library does itself is not looked at
        env["TSAN_OPTIONS"] += ":ignore_noninstrumented_modules=1"
        env |= {"OMP_TOOL_LIBRARIES": f"{compiler.openmp}/libarcher.so", "ARCHER_OPTIONS": "verbose=0"}
    return env
