"""Finding C and C++ compilers and knowing their ways. Nothing here runs a candidate."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from kernelmill.core.errors import UserError, unknown
from kernelmill.core.platform import Tool

_CLANGS = tuple(f"-{v}" for v in range(22, 13, -1))
_GCCS = tuple(f"-{v}" for v in range(16, 8, -1))
MEND_CLANG = "sudo apt-get install -y clang-22 libomp-22-dev"
MEND_GCC = "sudo apt-get install -y g++"


@dataclass(frozen=True)
class Compiler:
    """An installed C++ compiler."""

    kind: Literal["clang", "gcc"]
    path: str
    version: str
    openmp: str
    """Library folder of its OpenMP runtime; empty: it has none that works."""

    @property
    def tool(self) -> Tool:
        return Tool("clang++" if self.kind == "clang" else "g++", self.version, MEND_CLANG if self.kind == "clang" else MEND_GCC, self.path)


@cache
def compilers() -> tuple[Compiler, ...]:
    """Every compiler here, the preferred first: the newest clang with libomp, then the newest gcc, then clang without libomp.

    A clang without libomp stands last, because a kernel's `#pragma omp` would be ignored. `-fopenmp=libgomp` is never used: clang
    then accepts the pragmas and compiles them to serial code.
    """
    clangs = [c for c in (_clang(p) for p in _paths("clang++", _CLANGS)) if c]
    gccs = [c for c in (_gcc(p) for p in _paths("g++", _GCCS)) if c]
    newest = sorted(clangs, key=lambda c: (bool(c.openmp), _number(c.version)), reverse=True)[:1]
    newest_gcc = sorted(gccs, key=lambda c: _number(c.version), reverse=True)[:1]
    return tuple([c for c in newest if c.openmp] + newest_gcc + [c for c in newest if not c.openmp])


def choose(cc: str, openmp: bool) -> Compiler | None:
    """The compiler for the option `cc` (`auto`, `clang`, `gcc`), or None when it is not installed. Raises `UserError` for another word."""
    if cc not in ("auto", "clang", "gcc"):
        raise unknown("compiler", cc, ("auto", "clang", "gcc"))
    found = [c for c in compilers() if cc in ("auto", c.kind) and (c.openmp or not openmp or cc == c.kind)]
    if found and openmp and not found[0].openmp:
        raise UserError(
            f"{found[0].path} has no OpenMP runtime, and libgomp would make serial code of it",
            expected="libomp beside clang",
            hint=f"{MEND_CLANG}   (or the option openmp=false, or cc=gcc)",
        )
    return found[0] if found else None


def march(isa: str, native: str) -> tuple[str, ...]:
    """Flags for an `isa` option on a machine whose widest level is `native`. Raises `UserError` for one that cannot run here."""
    levels = {"sse": "x86-64-v2", "avx2": "x86-64-v3", "avx512": "x86-64-v4"}
    if isa not in ("auto", *levels):
        raise unknown("isa", isa, ("auto", *levels))
    if isa != "auto" and list(levels).index(isa) > list(levels).index(native):
        raise UserError(f"this machine has no {isa}", expected=f"at most {native}", got=isa, hint="x86{isa=auto}")
    level = native if isa == "auto" else isa
    arch = "native" if level == native else levels[level]
    return (f"-march={arch}", *(("-mprefer-vector-width=512",) if level == "avx512" else ()))


def _paths(stem: str, suffixes: tuple[str, ...]) -> list[str]:
    """Distinct programs (after symbolic links) called `stem` with or without a version."""
    found: dict[str, str] = {}
    for name in [stem + s for s in suffixes] + [stem]:
        path = shutil.which(name)
        if path and os.path.realpath(path) not in found:
            found[os.path.realpath(path)] = path
    return list(found.values())


def _output(*argv: str) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False, env={"PATH": os.defpath, "LC_ALL": "C"}).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _clang(path: str) -> Compiler | None:
    m = re.search(r"clang version (\d[\w.]*)", _output(path, "--version"))
    if m is None:
        return None
    root = Path(os.path.realpath(path)).parent.parent
    version = m[1]
    headers = root.glob("lib/clang/*/include/omp.h")
    library = root / "lib" / "libomp.so"
    return Compiler("clang", path, version, str(library.parent) if any(headers) and library.exists() else "")


def _gcc(path: str) -> Compiler | None:
    version = _output(path, "-dumpfullversion").strip()
    if not re.fullmatch(r"\d[\d.]*", version):
        return None
    library = _output(path, "-print-file-name=libgomp.so").strip()
    return Compiler("gcc", path, version, str(Path(library).parent) if os.path.isabs(library) else "")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version))
