"""PyTorch on this machine's processor: the task's own reference, and whatever Python candidate calls itself faster."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from kernelmill.core import signature
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError, unknown
from kernelmill.core.machine import Machine
from kernelmill.core.platform import Compile, Platform, Run, State, Tool
from kernelmill.core.task import Task
from kernelmill.platforms import machine, peaks_store

MODES = ("eager", "compile")
MEND = "pip install torch --index-url https://download.pytorch.org/whl/cpu"
REFUSED_MODULES = {
    "cpp_extension": "it builds C++ in the runner, where no compiler may run; submit the C++ to platform x86",
    "cffi": "it loads foreign code; submit C or C++ to platform x86",
    "ctypes": "it loads foreign code; submit C or C++ to platform x86",
    "cupy": "there is no such device on this platform",
    "kernelmill": "a candidate may not reach into what judges it",
    "numba": "another platform's language",
    "triton": "another platform's language",
}
_MAX_BYTES = 2 << 20


@dataclass(frozen=True)
class Torch(Platform):
    """Options: `mode` eager or compile (`torch.compile`, compiled once per task and taken from its cache), `threads`.

    A candidate is one Python file (more may stand beside it as modules) with a function `km_<op>(*inputs, *inouts, **scalars)` that
    returns the in-outs and outputs in declared order, or a class `ModelNew` (or `Model`), which is constructed as the task's module is
    and gets its weights by name.
    """

    name: ClassVar[str] = "torch"
    mode: str = "eager"
    threads: int = 2

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise unknown("torch mode", self.mode, MODES)
        if self.threads < 1:
            raise UserError("a kernel needs a thread", expected="threads of 1 or more", got=str(self.threads))

    def state(self) -> State:
        tools = (Tool("torch", self._version(), MEND),)
        if importlib.util.find_spec("torch") is None:
            return State(False, tools, "torch is not installed")
        return State(True, tools)

    def header(self, task: Task) -> str:
        return signature.python_header(task)

    def refuse(self, candidate: Candidate, task: Task) -> str:
        return refuse_python(candidate, REFUSED_MODULES)

    def uses(self, candidate: Candidate) -> tuple[str, ...]:
        """Names under `torch` that the source mentions (`torch.softmax`, `F.gelu`): a speedup of these is torch's, not the author's."""
        found: set[str] = set()
        for _, text in candidate.files:
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute):
                    chain = ast.unparse(node)
                    if chain.startswith(("torch.", "F.", "nn.", "torch_")) and chain.replace(".", "").isidentifier():
                        found.add(chain)
        return tuple(sorted(found))

    def compile(self, candidate: Candidate, task: Task) -> Compile | None:
        return None

    def toolchain(self) -> str:
        """Version and mode: part of every record."""
        return f"torch {self._version()} {self.mode} threads={self.threads}"

    def run(self, task: Task) -> Run:
        env = (("KERNELMILL_TORCH_MODE", self.mode), ("OMP_NUM_THREADS", str(self.threads)), ("OMP_WAIT_POLICY", "passive"))
        return Run(kind="torch", threads=self.threads, env=env, clock="cpu" if self.threads == 1 else "wall")

    def machine(self) -> Machine:
        here = machine.detect()
        return replace(here, cores=min(here.cores, self.threads), peaks=peaks_store.load(machine.identity(here)))

    @staticmethod
    def _version() -> str:
        try:
            return importlib.metadata.version("torch")
        except importlib.metadata.PackageNotFoundError:
            return ""


def refuse_python(candidate: Candidate, modules: Mapping[str, str]) -> str:
    """Why a Python candidate is refused, or ''. `modules`: part of a module's name -> why nobody may import it."""
    if not candidate.files:
        return "there is no source file"
    if not candidate.files[0][0].endswith(".py"):
        return f"the first file must end in .py, not '{candidate.files[0][0]}'"
    if sum(len(text) for _, text in candidate.files) > _MAX_BYTES:
        return f"more than {_MAX_BYTES >> 20} MB of source"
    if not candidate.entry.isidentifier():
        return f"the entry '{candidate.entry[:80]}' is not an identifier"
    for name, text in candidate.files:
        if not (name.removesuffix(".py").isidentifier() and name.endswith(".py")):
            return f"'{name}' cannot be the name of a Python module"
        for line, module in _imports(text):
            for part in module.split("."):
                if part in modules:
                    return f"{name}:{line}: imports {module}: {modules[part]}"
    return ""


def _imports(text: str) -> list[tuple[int, str]]:
    """(line, module) of every import statement; [] for text that does not parse: its error is for the runner to report."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, f"{node.module or ''}.{alias.name}") for alias in node.names]
    return sorted(found)
