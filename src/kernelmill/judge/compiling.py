"""Candidate -> program: refusal by the source, compiler in the sandbox, refusal by the artifact; artifacts are kept by content hash."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from pathlib import Path

from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import Compile, Platform
from kernelmill.core.task import Task
from kernelmill.core.verdict import Failure, Status, Verdict
from kernelmill.judge.program import Program
from kernelmill.judge.sandbox import Isolation
from kernelmill.judge.sandbox_run import CommandLimits, Result, run_sandboxed
from kernelmill.platforms import elf

DETAIL = 2400
"""Characters of compiler output in a failure."""
KEPT = 4000
"""Artifacts in the cache; the oldest go first."""


def refused(rule: str, why: str) -> Verdict:
    return Verdict(Status.REFUSED, why, Failure(why, rule=rule))


def prepare(candidate: Candidate, task: Task, platform: Platform, level: Isolation, *, cache: bool = True) -> Program | Verdict:
    """The program, or the verdict on a candidate that does not become one. Raises `MissingTool`."""
    if candidate.task != task.name:
        return refused("task", f"the candidate is for {candidate.task}, not for {task.name}")
    why = platform.refuse(candidate, task)
    if why:
        return refused("source", why)
    compile = platform.compile(candidate, task)
    run = platform.run(task)
    if compile is None:
        return Program(candidate, task, run, toolchain=_toolchain(platform), mode=str(getattr(platform, "mode", "eager")))
    began = time.monotonic()
    key = _key(compile)
    artifact = _load(key) if cache else None
    cached = artifact is not None
    if artifact is None:
        result = _compiled(compile, level)
        artifact = result.outputs.get(compile.output)
        if result.rc or artifact is None:
            return _compile_error(result)
        if cache:
            _store(key, artifact)
    why = platform.inspect(artifact, candidate, task)
    if why:
        if why.startswith("no entry symbol"):
            return Verdict(Status.COMPILE_ERROR, why, Failure(why))
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
    return run_sandboxed(
        [a.replace("{out}", compile.output) for a in compile.argv],
        {name: text.encode() for name, text in compile.files},
        [compile.output],
        reads=compile.reads,
        env=dict(compile.env),
        limits=CommandLimits(seconds=compile.seconds),
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
    kept = [b for b in blocks if re.search(r"\b(error|undefined|fatal)\b", b, re.IGNORECASE)]
    return _short("\n".join(kept or blocks), DETAIL)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 4] + " ..."


def _key(compile: Compile) -> str:
    content = [compile.toolchain, compile.argv, compile.files, compile.output, compile.reads, compile.env]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _folder() -> Path:
    """The cache: ours alone, so that nobody else can leave an artifact there."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "kernelmill" / "compiled"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _load(key: str) -> bytes | None:
    """An artifact of the cache whose content has the hash it was stored with, in a file that nobody else can write."""
    with contextlib.suppress(OSError):
        path = _folder() / key
        state = path.stat()
        data = path.read_bytes()
        if state.st_uid == os.geteuid() and not state.st_mode & 0o077 and hashlib.sha256(data[32:]).digest() == data[:32]:
            return data[32:]
    return None


def _store(key: str, artifact: bytes) -> None:
    """Keep an artifact; a cache that cannot be written costs time, not verdicts."""
    with contextlib.suppress(OSError):
        folder = _folder()
        fd, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(fd, "wb") as file:
            file.write(hashlib.sha256(artifact).digest() + artifact)
        os.replace(name, folder / key)
        kept = list(folder.iterdir()) if int(key[:2], 16) < 2 else []
        if len(kept) > KEPT:
            for path in sorted(kept, key=lambda p: p.stat().st_mtime)[: len(kept) - KEPT]:
                path.unlink(missing_ok=True)
