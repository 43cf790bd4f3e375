"""CUDA C++: on this machine's processor (`device=cpu`), or by nvcc on a GPU (`device=gpu`, which nobody could run here)."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar

from kernelmill.core import signature
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import MissingTool, UserError, unknown
from kernelmill.core.machine import Machine
from kernelmill.core.platform import Compile, Platform, Run, State, Tool
from kernelmill.core.task import Task
from kernelmill.platforms import machine, peaks_store, policy
from kernelmill.platforms.torch import REFUSED_MODULES, refuse_python

DEVICES = ("cpu", "gpu", "auto")
SUFFIXES = (".cu", ".cpp", ".cc")
OUTPUT = "kernel.so"
_COMPILED = "kernel.rewritten.cpp"
_HEADER = "kernelmill_task.h"
_EXPORTS = "kernelmill_exports.map"
_TASKS = 64
"""Threads per declared thread: a cooperative launch has one for each block."""


@dataclass(frozen=True)
class Cuda(Platform):
    """Options: `device` cpu, gpu or auto (gpu where one is found); `threads` that run blocks on the CPU.

    A candidate is a Python file with a class `ModelNew` and inline CUDA, which is compiled when the module is imported or constructed, or
    one CUDA file (headers may stand beside it) whose host function `km_<op>` gets device pointers and launches on the
    default stream. On the CPU device pointers are ordinary pointers.
    """

    name: ClassVar[str] = "cuda"
    device: str = "auto"
    threads: int = 2

    def __post_init__(self) -> None:
        if self.device not in DEVICES:
            raise unknown("cuda device", self.device, DEVICES)
        if self.threads < 1:
            raise UserError("a kernel needs a thread", expected="threads of 1 or more", got=str(self.threads))

    @property
    def chosen(self) -> str:
        """`cpu` or `gpu`."""
        return ("gpu" if gpus() else "cpu") if self.device == "auto" else self.device

    def state(self) -> State:
        if self.chosen == "gpu":
            nvcc = shutil.which("nvcc") or ""
            tools = (Tool("nvcc", _nvcc_version() if nvcc else "", "pip install nvidia-cuda-nvcc", nvcc),)
            found = gpus()
            reason = "" if nvcc and found else "nvcc is not installed" if not nvcc else "no GPU is found by nvidia-smi"
            return State(not reason, tools, reason, verified=False)
        from kernelmill.cuda import toolchain

        try:
            path, version = toolchain.find_clang()
        except MissingTool as error:
            return State(False, (Tool("clang++-22", mend=toolchain.PACKAGES),), str(error).splitlines()[0])
        headers = toolchain.llvm_headers()
        tools = (
            Tool("clang++-22", version, toolchain.PACKAGES, path),
            Tool("llvm-22-dev", "22" if headers else "", toolchain.PACKAGES, str(headers or "")),
        )
        return State(headers is not None, tools, "" if headers else "llvm-22-dev is not installed: the compiler plugin needs its headers")

    def header(self, task: Task) -> str:
        return (
            signature.c_header(task).rstrip()
            + "\n/* CUDA: the entry is host code; tensors are device pointers; launch on the default stream. */\n"
        )

    def refuse(self, candidate: Candidate, task: Task) -> str:
        if _is_module(candidate):
            if self.chosen == "gpu":
                return "a module with inline CUDA is judged on cuda{device=cpu} so far, not on a GPU"
            return refuse_python(candidate, {k: v for k, v in REFUSED_MODULES.items() if k != "cpp_extension"})
        return policy.refuse_source(candidate, SUFFIXES, (_HEADER, _EXPORTS, _COMPILED, OUTPUT))

    def compile(self, candidate: Candidate, task: Task) -> Compile | None:
        if _is_module(candidate):
            return None
        exports = f"{{ global: {candidate.entry}; {candidate.entry}_workspace; local: *; }};\n"
        own = ((_HEADER, signature.c_header(task)), (_EXPORTS, exports))
        macros = [f"-D{key}={value}" for key, value in candidate.parameters]
        if self.chosen == "gpu":
            argv = ["nvcc", "-O3", "-std=c++17", "-shared", "-Xcompiler", "-fPIC", *macros, "-I.", candidate.files[0][0], "-o", "{out}"]
            return Compile(tuple(argv), (*candidate.files, *own), OUTPUT, f"nvcc {_nvcc_version()}", seconds=120)
        from kernelmill.cuda import rewrite, toolchain

        tools = toolchain.toolchain()
        flags = tools.flags()
        head = toolchain.precompiled(tools, toolchain.INCLUDE / "km" / "prefix.h", flags)
        files: list[tuple[str, str]] = []
        for i, (name, text) in enumerate(candidate.files):
            try:
                text = rewrite.rewrite(text, name).text
            except UserError as error:  # a bad candidate, not a bad request: the compiler says it, with the line
                text = "#error " + str(error).replace("\n", " ")
            if i == 0:
                files += [(name, candidate.files[0][1]), (_COMPILED, f'#line 1 "{name}"\n{text}')]
            else:
                files.append((name, text))
        argv = [tools.clang, "-x", "c++", *flags, *macros, "-I.", "-include-pch", str(head), f"-fpass-plugin={tools.plugin}", "-shared"]
        argv += [
            _COMPILED,
            "-x",
            "none",
            str(tools.library),
            "-fuse-ld=lld",
            "-Wl,--undefined-version",
            f"-Wl,--version-script={_EXPORTS}",
            "-o",
            "{out}",
        ]
        argv += ["-lstdc++", "-lmvec", "-lm", "-lpthread"]
        return Compile(
            argv=tuple(argv),
            files=(*files, *own),
            output=OUTPUT,
            toolchain=f"{tools.version} {tools.plugin.name} {tools.library.name} {' '.join(f for f in flags if not f.startswith('-I'))}",
            reads=(str(tools.home), str(toolchain.INCLUDE)),
        )

    def inspect(self, artifact: bytes, candidate: Candidate, task: Task) -> str:
        return "" if self.chosen == "gpu" else policy.refuse_artifact(artifact, candidate.entry)

    def run(self, task: Task) -> Run:
        # A fault is the judge's to see: no handlers. A cooperative launch has a thread for each block.
        env = (
            ("KERNELMILL_CUDA_FAULTS", "0"),
            ("KERNELMILL_CUDA_PATIENCE", "1"),
            ("KERNELMILL_CUDA_THREADS", str(self.threads)),
            ("OMP_NUM_THREADS", str(self.threads)),
        )
        return Run(
            kind="native", threads=self.threads, env=env, clock="cpu" if self.threads == 1 else "wall", tasks=_TASKS,
            checking=() if self.chosen == "gpu" else (("KERNELMILL_CUDA_SEED", "vary"),),
        )  # fmt: skip

    def run_of(self, candidate: Candidate, task: Task) -> Run:
        run = self.run(task)
        if not _is_module(candidate):
            return run
        return replace(run, kind="torch", mode="cuda", checking=(*run.checking, ("KERNELMILL_CUDA_GUARD", "1")))

    def toolchain(self) -> str:
        """What compiles modules with inline CUDA: part of every record."""
        from kernelmill.cuda import toolchain

        return f"{toolchain.find_clang()[1]} torch {importlib.metadata.version('torch')} cuda {toolchain.identity()} threads={self.threads}"

    def machine(self) -> Machine:
        here = machine.detect()
        return replace(here, cores=min(here.cores, self.threads), peaks=peaks_store.load(machine.identity(here)))


def _is_module(candidate: Candidate) -> bool:
    return bool(candidate.files) and candidate.files[0][0].endswith(".py")


@cache
def gpus() -> tuple[str, ...]:
    """Names of the GPUs that nvidia-smi lists; () without a driver."""
    tool = shutil.which("nvidia-smi")
    if tool is None or not Path("/proc/driver/nvidia").exists():
        return ()
    try:
        done = subprocess.run([tool, "--query-gpu=name,compute_cap", "--format=csv,noheader"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip()) if done.returncode == 0 else ()


@cache
def _nvcc_version() -> str:
    try:
        text = subprocess.run(["nvcc", "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"release (\S+),", text)
    return found[1] if found else ""


__all__ = ["Cuda", "gpus"]
