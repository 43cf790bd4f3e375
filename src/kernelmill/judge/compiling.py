"""Candidate -> program: refusal by the source, compiler in the sandbox, refusal by the artifact; artifacts are kept by content hash."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time

from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import Compile, Platform
from kernelmill.core.task import Task
from kernelmill.core.verdict import Failure, Status, Verdict
from kernelmill.judge import kept
from kernelmill.judge.program import Program
from kernelmill.judge.sandbox import Isolation
from kernelmill.judge.sandbox_run import CommandLimits, Result, run_sandboxed
from kernelmill.platforms import elf

DETAIL = 2400
"""Characters of compiler output in a failure."""
KIND, KEPT = "compiled", 4000
"""Folder of the cache, and how many artifacts it keeps."""


def refused(rule: str, why: str) -> Verdict:
    return Verdict(Status.REFUSED, why, Failure(why, rule=rule))


def prepare(candidate: Candidate, task: Task, platform: Platform, level: Isolation, *, cache: bool = True) -> Program | Verdict:
    """The program, or the verdict on a candidate that does not become one. Raises `MissingTool`."""
    if candidate.task != task.name:
        return refused("task", f"the candidate is for {candidate.task}, not for {task.name}")
    why = platform.refuse(candidate, task) if level.defences.policy else ""
    if why:
        return refused("source", why)
    compile = platform.compile(candidate, task)
    run = platform.run_of(candidate, task)
    if compile is None:
        return Program(candidate, task, run, toolchain=_toolchain(platform), mode=str(getattr(platform, "mode", run.mode)))
    began = time.monotonic()
    key = _key(compile, level)
    artifact = kept.get(KIND, key) if cache else None
    cached = artifact is not None
    if artifact is None:
        result = _compiled(compile, level)
        artifact = result.outputs.get(compile.output)
        if result.rc or artifact is None:
            return _compile_error(result)
        if cache:
            kept.put(KIND, key, artifact, KEPT)
    why = platform.inspect(artifact, candidate, task)
    if why:
        if why.startswith("no entry symbol"):
            return Verdict(Status.COMPILE_ERROR, why, Failure(why))
        if level.defences.policy:
            return refused("artifact", why)
    return Program(
        candidate,
        task,
        run,
        artifact=artifact,
        toolchain=compile.toolchain,
        workspace=f"{candidate.entry}_workspace" in elf.read(artifact).exports,
        compile_seconds=time.monotonic() - began,
        cached=cached,
    )


def _toolchain(platform: Platform) -> str:
    told = getattr(platform, "toolchain", None)
    return str(told()) if callable(told) else platform.spec


def _compiled(compile: Compile, level: Isolation) -> Result:
    limits, env = CommandLimits(seconds=compile.seconds), dict(compile.env)
    if not level.defences.compiler:
        level = Isolation(1, "the compiler runs as it would by hand")
        env = dict(os.environ) | env
        limits = CommandLimits(seconds=10 * compile.seconds, cpu_seconds=0, memory_bytes=0, tasks=4096, file_bytes=1 << 40)
    return run_sandboxed(
        [a.replace("{out}", compile.output) for a in compile.argv],
        {name: text.encode() for name, text in compile.files},
        [compile.output],
        reads=compile.reads,
        env=env,
        limits=limits,
        level=level,
    )


def _compile_error(result: Result) -> Verdict:
    said = (result.stderr or result.stdout).strip()
    if result.limit_hit:
        summary = f"the compiler was stopped by its {result.limit_hit} limit after {result.seconds:.1f} s"
    else:
        first = next((line for line in said.splitlines() if "error" in line.lower()), said.partition("\n")[0])
        summary = _short(first.strip(), 200) or f"the compiler ended with code {result.rc} and left no artifact"
    return Verdict(Status.COMPILE_ERROR, summary, Failure(summary, detail=errors(said)), evidence={"seconds": {"compile": result.seconds}})


def errors(text: str) -> str:
    """Compiler output cut to its errors: each with the lines that belong to it, warnings left out, at most `DETAIL` characters."""
    blocks = re.split(r"\n(?=\S+?:\d+:\d+: |\S*ld\S*: |In file included from )", text)
    told = [b for b in blocks if re.search(r"\b(error|undefined|fatal)\b", b, re.IGNORECASE)]
    return _short("\n".join(told or blocks), DETAIL)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 4] + " ..."


def _key(compile: Compile, level: Isolation) -> str:
    """What was compiled where any file could be read is not for a judge that would not have let it."""
    content = [compile.toolchain, compile.argv, compile.files, compile.output, compile.reads, compile.env, level.level == 1]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
