"""Prompts are files with a version, rendered by Jinja2; name, version and hash of the text sent are recorded with the candidate."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kernelmill.core.author import Brief
from kernelmill.core.machine import Machine
from kernelmill.core.task import Reference

LANGUAGES = {
    "x86": ("C++", "cpp", ".cpp"),
    "torch": ("Python (PyTorch)", "python", ".py"),
    "cuda": ("CUDA C++", "cuda", ".cu"),
}
"""Platform -> language, fence and file ending."""
RULES = {
    "x86": "no library beyond libc, libm and OpenMP, no main, keep nothing between calls",
    "torch": "torch and the standard library alone, no other language inside, leave the inputs as they are, keep nothing between calls",
    "cuda": "host code that gets device pointers and launches your kernels on the default stream; the CUDA runtime alone, no main, keep "
    "nothing between calls",
}
"""Platform -> what holds for a candidate, in half a sentence."""


@dataclass(frozen=True)
class Prompt:
    """Text to send and where it came from."""

    name: str
    version: int
    text: str

    @property
    def id(self) -> str:
        """`write/1/3f2a...`: template, version, hash of the rendered text."""
        return f"{self.name}/{self.version}/{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"


@cache
def _template(name: str) -> tuple[Any, int]:
    from jinja2 import Environment, StrictUndefined

    text = (files("kernelmill.authors.llm") / "prompts" / f"{name}.j2").read_text()
    version = re.match(r"\{#- version: (\d+) -#\}", text)
    assert version, f"{name}.j2 states no version"
    return Environment(undefined=StrictUndefined, trim_blocks=False).from_string(text), int(version[1])


def render(name: str, **facts: Any) -> Prompt:
    """The prompt `name` filled with facts."""
    template, version = _template(name)
    return Prompt(name, version, re.sub(r"\n{3,}", "\n\n", template.render(**facts)).strip() + "\n")


def machine_line(machine: Machine) -> str:
    """What a kernel's author must know of the machine, in one line."""
    isa = ", ".join(i for i in ("avx512f", "avx2", "fma", "sve", "rvv") if i in machine.isa) or machine.arch
    text = (
        f"{machine.cores} cores, {isa}, {machine.vector_bytes * 8}-bit vectors, L1 {machine.l1_bytes >> 10} KiB and "
        f"L2 {machine.l2_bytes >> 10} KiB a core, L3 {machine.l3_bytes >> 20} MiB"
    )
    if flops := machine.peaks.get("flops_f32_all"):
        text += f"; measured {flops / 1e9:.0f} GFLOP/s fp32"
    if copy := machine.peaks.get("copy_all"):
        text += f" and {copy / 1e9:.0f} GB/s"
    return text


def meaning(reference: Reference) -> str:
    """The part of a reference that says what is computed: the function without its companions, or a module's whole file."""
    if reference.kind == "function":
        for node in ast.parse(reference.source).body:
            if isinstance(node, ast.FunctionDef) and node.name == reference.entry:
                return ast.unparse(node)
    return reference.source.strip()


def compact(header: str) -> str:
    """A header without what a prompt says elsewhere: the include guard, the reference, sizes and the variant with a workspace."""
    if header.startswith("#"):  # Python: shapes stand in its comments
        return header.rstrip()
    text = header.partition("/* Reference")[0].partition("#else")[0]
    lines = [line for line in text.splitlines() if not re.match(r'\s*(#(?!include)|profile |extern "C" \{|\}|$)', line)]
    text = "\n".join(lines)
    return re.sub(r"^(?=[a-z].*\bkm_\w+\()", 'extern "C" ', text, flags=re.MULTILINE)


def language(platform: str) -> tuple[str, str, str]:
    """(language, fence, file ending) of a platform's spec text; C++ where it is not in the table."""
    return LANGUAGES.get(platform.partition("{")[0], LANGUAGES["x86"])


@dataclass(frozen=True)
class Facts:
    """What every prompt about one brief says."""

    brief: Brief
    lessons: tuple[str, ...] = ()
    exemplar: str = ""

    def values(self) -> dict[str, Any]:
        """Names that the templates use."""
        task, (words, fence, _) = self.brief.task, language(self.brief.platform)
        sizes = task.profiles.get(self.brief.profile, {})
        return {
            "task": task,
            "language": words,
            "fence": fence,
            "rules": RULES.get(self.brief.platform.partition("{")[0], RULES["x86"]),
            "reference": meaning(task.reference),
            "header": compact(self.brief.header),
            "machine": machine_line(self.brief.machine),
            "sizes": ", ".join(f"{k}={v}" for k, v in sizes.items()) or "as in the signature",
            "exemplar": self.exemplar,
            "lessons": self.lessons,
            "plan": "",
        }
