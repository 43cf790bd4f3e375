"""Builds, runs and explains CUDA sources on the CPU."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kernelmill.core.errors import UserError
from kernelmill.cuda.compiling import CudaBuildError, compile_one, link
from kernelmill.cuda.rewrite import needs_rewriting, rewrite
from kernelmill.cuda.symbols import symbols
from kernelmill.cuda.toolchain import INCLUDE, call, precompiled, toolchain


@dataclass
class Built:
    """What a build made. `entries` are the exported C symbols, `kernels` the names of its __global__ functions (as in the source)."""

    path: Path
    entries: list[str] = field(default_factory=list)
    kernels: list[str] = field(default_factory=list)
    seconds: float = 0.0


_TORCH = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"](?:torch|ATen|c10|THC|pybind11)/', re.M)
_OPENMP = {"-fopenmp", "-lgomp", "-lomp", "-liomp5"}
_OURS = {
    f"-l{x}" for x in ("cublas", "cublasLt", "cuda", "cudadevrt", "cudart", "cudart_static", "cufft", "curand", "cusparse", "nvToolsExt")
}
_INCLUDE_LINE = re.compile(r'^([ \t]*#[ \t]*include[ \t]*)(["<])([^">\n]+)([">])', re.M)


class Sources:
    """Copies sources into a work folder, rewritten, with the project's own headers rewritten beside them."""

    def __init__(self, work: Path, folders: Sequence[Path], prepare: Callable[[str], str] | None = None) -> None:
        self.work, self.folders, self.prepare = work, list(folders), prepare
        self.copies: dict[Path, Path | None] = {}

    def add(self, path: Path) -> Path:
        """Returns the file to compile in place of `path`."""
        copy = self.work / f"{len(self.copies)}_{path.name}.cpp"
        self.copies[path.resolve()] = copy
        copy.write_text(f'#line 1 "{path}"\n' + self._text(path))
        return copy

    def _text(self, path: Path) -> str:
        text = path.read_text(errors="replace").removeprefix("\ufeff")
        if self.prepare:
            text = self.prepare(text)
        if needs_rewriting(text):
            text = rewrite(text, str(path)).text

        def header(m: re.Match[str]) -> str:
            found = self._find(m[3], path.parent if m[2] == '"' else None)
            copy = self._header(found) if found else None
            return f'{m[1]}"{copy}"' if copy else m[0]

        return _INCLUDE_LINE.sub(header, text)

    def _find(self, name: str, beside: Path | None) -> Path | None:
        for folder in ([beside] if beside else []) + self.folders:
            if (folder / name).is_file():
                return folder / name
        return None

    def _header(self, path: Path) -> Path | None:
        """The copy of a header, or None where the original serves as it is (plain C++ that includes nothing of the project's)."""
        key = path.resolve()
        if key not in self.copies:
            copy = self.work / f"{len(self.copies)}_{path.name}"
            self.copies[key] = copy
            once = "#pragma once\n" if re.search(r"^\s*#\s*pragma\s+once", path.read_text(errors="replace"), re.M) else ""
            copy.write_text(f'{once}#line 1 "{path}"\n' + self._text(path))
        return self.copies[key]


def compile_flags(flags: Sequence[str], includes: Sequence[Path], defines: Sequence[str], extra: Sequence[str]) -> list[str]:
    return [*flags, *(f"-I{p}" for p in includes), *(f"-D{d}" for d in defines), *extra]


def build(
    files: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    shared: bool = True,
    std: str = "c++17",
    includes: Sequence[str | os.PathLike[str]] = (),
    defines: Sequence[str] = (),
    entries: Sequence[str] = (),
    extra: Sequence[str] = (),
    libraries: Sequence[str] = (),
) -> Built:
    """Compiles CUDA sources into a shared library (or a program), in place of `nvcc -shared`.

    `entries` are symbols that must be there afterwards; without them the build must export at least one function or kernel. Raises
    `CudaBuildError` for sources that do not compile, `UserError` for what is not supported (with file and line), `MissingTool`.
    """
    import time

    started = time.perf_counter()
    paths = [Path(f) for f in files]
    for p in paths:
        if not p.is_file():
            raise UserError(f"no such file: {p}", hint="kernelmill cuda build FILE.cu -o lib.so")
    tools = toolchain()
    target = Path(out)
    folders = [Path(i) for i in includes]
    openmp = ["-fopenmp"] if _OPENMP & {*libraries, *extra} else []
    libraries = [*(x for x in libraries if x not in _OPENMP | _OURS), *openmp]
    extra = [x for x in extra if x not in _OPENMP]
    with tempfile.TemporaryDirectory(prefix="kmcuda") as work_name:
        work = Path(work_name)
        if any(_TORCH.search(p.read_text(errors="replace")) for p in paths):
            from kernelmill.cuda.torch_ext import of_torch

            flags, head, prepare, more = of_torch(tools, re.sub(r"\W", "_", target.stem))
            libraries, python = [*libraries, *(m for m in more if shared or m != "-ltorch_python")], shared
        else:
            flags, prepare, python = [*tools.flags(std), *openmp], None, False
            head = precompiled(tools, INCLUDE / "km" / "prefix.h", flags)
        sources = Sources(work, folders, prepare)
        objects: list[str] = []
        for i, p in enumerate(paths):
            source = sources.add(p)
            o = str(work / f"{i}.o")
            objects.append(o)
            own = compile_flags(flags, folders, defines, extra)
            if p.suffix == ".c":
                own = ["-x", "c", *(f for f in own if not f.startswith("-std="))]
            else:
                own = ["-x", "c++", *own, *(["-include-pch", str(head)] if python or is_cuda(p) else []), *tools.passes()]
            compile_one([tools.clang, *own, f"-iquote{p.parent.resolve()}", "-c", str(source), "-o", o])
        target.parent.mkdir(parents=True, exist_ok=True)
        link(tools, objects, target, libraries, shared=shared, python=python)
    built = inspect(target)
    missing = [e for e in entries if e not in built.entries]
    if missing:
        target.unlink()
        raise CudaBuildError(f"the library lacks its entry {', '.join(missing)}; it exports: {', '.join(built.entries) or 'nothing'}")
    if shared and not built.entries and not built.kernels:
        target.unlink()
        raise CudaBuildError(f"nothing to call in {', '.join(map(str, paths))}: no function and no kernel was compiled")
    built.seconds = time.perf_counter() - started
    return built


def is_cuda(path: Path) -> bool:
    """Whether nvcc would read this file as CUDA; others know only what they include."""
    return (
        path.suffix in (".cu", ".cuh") or re.search(r"<<\s*<|\b__global__\b|\b__device__\b", path.read_text(errors="replace")) is not None
    )


def inspect(path: Path) -> Built:
    """The exported C symbols and the kernels of a library or program."""
    found = list(symbols(path))
    entries = [s.name for s in found if s.exported and not s.name.startswith(("_init", "_fini"))]
    kernels = [s.name.removesuffix(".kernel") for s in found if s.name.endswith(".kernel")]
    return Built(path, sorted(entries), sorted(kernels))


def run(
    files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    args: Sequence[str] = (),
    *,
    timeout: float | None = None,
    capture: bool = False,
    env: dict[str, str] | None = None,
    **options: object,
) -> subprocess.CompletedProcess[str]:
    """Builds a program with `main` and runs it. Returns the finished process; raises as `build` does."""
    if isinstance(files, (str, os.PathLike)):
        files = [files]
    with tempfile.TemporaryDirectory(prefix="kmcuda") as folder:
        program = Path(folder) / "program"
        build(files, program, shared=False, **options)  # type: ignore[arg-type]
        return subprocess.run(
            [str(program), *args], timeout=timeout, capture_output=capture, text=True, env={**os.environ, **(env or {})}, check=False
        )


def explain(files: Sequence[str | os.PathLike[str]], **options: object) -> list[dict[str, object]]:
    """Which path each kernel takes and why: rows with `kernel`, `file`, `line`, `path`, `shared_bytes`."""
    with tempfile.TemporaryDirectory(prefix="kmcuda") as folder:
        log = Path(folder) / "explain"
        os.environ["KERNELMILL_CUDA_EXPLAIN"] = str(log)
        try:
            build(files, Path(folder) / "lib.so", **options)  # type: ignore[arg-type]
        finally:
            del os.environ["KERNELMILL_CUDA_EXPLAIN"]
        rows: list[dict[str, object]] = []
        for line in log.read_text().splitlines() if log.exists() else []:
            name, file, number, shared, why = line.split("\t")
            rows.append({"kernel": demangle(name), "file": file, "line": int(number), "shared_bytes": int(shared), "path": why})
        return rows


def demangle(name: str) -> str:
    done = subprocess.run(["llvm-cxxfilt-22", name], capture_output=True, text=True)
    return done.stdout.strip() or name


__all__ = ["Built", "CudaBuildError", "build", "call", "explain", "inspect", "run"]
