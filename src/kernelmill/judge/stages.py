"""Sanitizer stages: a candidate that passed is built again with every access checked, and run on the verification's workloads.

    found = run(program, platform, ("asan", "ubsan"), store, level, profile="ci", seed=secret)
    found[0].findings[0]        # Finding(stage="asan", kind="heap-buffer-overflow", file="kernel.c", line=12, ...)

They find bugs that did no harm on this machine: a read of the element after the last that the guard page did not border, an overflow that
happened to wrap, a race that nobody lost today. They say nothing about fraud: a program that wants to silence them can.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kernelmill.core import formula
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import MissingTool, UserError, unknown
from kernelmill.core.platform import Platform
from kernelmill.core.verdict import Failure, Status
from kernelmill.judge.program import Program
from kernelmill.judge.right.cases import Case, plan
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation
from kernelmill.judge.sandbox_run import CommandLimits, Result, run_sandboxed
from kernelmill.judge.stage_program import cases_file, program_text

SECONDS = 20.0
"""After so many no further case is begun."""
FLOPS, BYTES = 2_000_000_000, 64 << 20
"""The profile's own shape is left out above either: instrumented code is 3 (asan) to 30 times (tsan) slower."""
STATUS = {"asan": Status.CRASH, "ubsan": Status.WRONG_VALUE, "tsan": Status.WRONG_VALUE, "msan": Status.WRONG_VALUE}
"""A memory error is a crash that did not happen yet; the others make a result that the source does not define."""
HINTS = {
    "asan": "an index leaves its buffer: other neighbours in memory would make it crash or be wrong",
    "ubsan": "C leaves this undefined: another compiler or flag may compile it to something else",
    "tsan": "two threads touch the same element, one of them writes, and nothing orders them",
    "msan": "the result depends on memory that nobody wrote",
}
REPORTED = 66
"""Exit code of a program that was ended by a report."""
_LINES = 2
"""Of source before and after a finding."""
_MOST = 8
"""Findings told of one stage."""


@dataclass(frozen=True)
class Finding:
    """One thing that a sanitizer reported about the candidate's own code."""

    stage: str
    kind: str
    """The sanitizer's name for it: `heap-buffer-overflow`, `data race`, `signed integer overflow`."""
    file: str
    line: int
    """0: the sanitizer could not say where."""
    text: str
    """One sentence: what was done to which buffer."""
    excerpt: str = ""
    """The line with its neighbours, numbered."""

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Stage:
    """What one stage found."""

    name: str
    findings: tuple[Finding, ...] = ()
    cases: int = 0
    """Workloads that were run."""
    planned: int = 0
    note: str = ""
    """Why less was checked than asked for; empty: all of it was."""
    seconds: float = 0.0
    toolchain: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"findings": [asdict(f) for f in self.findings]}


def check(names: Sequence[str], platform: Platform) -> None:
    """Raises `UserError` for a stage that does not exist or that the platform does not have, `MissingTool` for one not installed."""
    have = platform.stages()
    for name in names:
        if name not in STATUS:
            raise unknown("stage", name, STATUS, hint="--stages asan,ubsan,tsan")
        if name not in have:
            raise UserError(
                f"platform {platform.spec} has no stage '{name}'",
                expected="a platform that compiles C or C++",
                got=platform.name,
                allowed=tuple(have),
                hint="leave --stages out",
            )
        if not have[name].version:
            raise MissingTool(have[name].name, f"stage {name} needs the compiler's runtime", have[name].mend)


def run(
    program: Program, platform: Platform, names: Sequence[str], store: Store, level: Isolation, *, profile: str, seed: int
) -> list[Stage]:
    """The stages in order, each on the workloads that `seed` plans (those of the verification); stops after the first with findings."""
    chosen = [c for c in plan(program.task, program.candidate, profile, seed) if c.kind != "own" or _small_enough(program, c)]
    left_out = "the profile's own shape is left out: too large" if not any(c.kind == "own" for c in chosen) else ""
    inputs = [(c, store.get(c.workload, empty=c.kind == "empty").inputs) for c in chosen]
    done: list[Stage] = []
    for name in names:
        stage = (
            _races(program, platform, inputs, level)
            if name == "tsan"
            else _one(program, platform, name, _as_planned(program, inputs), level)
        )
        done.append(replace(stage, note="; ".join(n for n in (stage.note, left_out) if n)))
        if stage.findings:
            break
    return done


def failure(stages: Sequence[Stage]) -> tuple[Status, Failure] | None:
    """The status and the failure that the findings make, None where there are none."""
    found = [f for s in stages for f in s.findings]
    if not found:
        return None
    first = found[0]
    detail = "\n".join(f"{f.where}: {f.kind}: {f.text}\n{f.excerpt}".rstrip() for f in found)
    return STATUS[first.stage], Failure(
        f"{first.stage}: {first.kind} at {first.where}: {first.text}", detail=detail, hint=HINTS[first.stage], rule=first.stage
    )


def _small_enough(program: Program, case: Case) -> bool:
    sizes = case.workload.sizes
    return formula.evaluate(program.task.flops, sizes) <= FLOPS and program.task.bytes(sizes) <= BYTES


_Inputs = Sequence[tuple[Case, Mapping[str, Any]]]
_OWN_LOCKS = re.compile(r"#\s*pragma\s+omp\s+(?:critical|atomic|flush)|\bomp_\w*lock")


def _as_planned(program: Program, inputs: _Inputs) -> tuple[int, bytes]:
    return len(inputs), cases_file(program.task, [(c.workload, c.concurrent, data) for c, data in inputs])


def _races(program: Program, platform: Platform, inputs: _Inputs, level: Isolation) -> Stage:
    """Two runs: one call at a time with the kernel's own OpenMP threads, then every call from two threads with OpenMP left out.

    Not both at once: the OpenMP library crashes under its checking tool when several threads of the program open parallel regions.
    """
    alone = cases_file(program.task, [(c.workload, False, data) for c, data in inputs])
    first = _one(program, platform, "tsan", (len(inputs), alone), level)
    if first.findings or not first.cases:
        return first
    if any(_OWN_LOCKS.search(text) for _, text in program.candidate.files):
        return replace(
            first, note="; ".join(n for n in (first.note, "not called from two threads: OpenMP's own locks would be missing") if n)
        )
    together = cases_file(program.task, [(c.workload, True, data) for c, data in inputs])
    second = _one(program, platform, "tsan", (len(inputs), together), level, serial=True)
    note = "; ".join(dict.fromkeys(n for n in (first.note, second.note) if n))
    return replace(first, findings=second.findings, note=note, seconds=first.seconds + second.seconds)


def _one(program: Program, platform: Platform, name: str, workloads: tuple[int, bytes], level: Isolation, *, serial: bool = False) -> Stage:
    """One build and one run. `workloads`: how many, and the file that holds them."""
    began = time.monotonic()
    planned, cases = workloads
    text = program_text(program.task, program.candidate.entry, workspace=program.workspace, used=name == "msan")
    build = platform.instrumented(program.candidate, program.task, name, text, serial=serial)
    script = f'(ulimit -v 8388608; exec "$@") || exit 3; exec ./{build.output} cases {SECONDS:g}'
    result = run_sandboxed(
        ["sh", "-c", script, "sh", *(a.replace("{out}", build.output) for a in build.argv)],
        {**{n: t.encode() for n, t in build.files}, "cases": cases},
        reads=(*build.reads, *(("/proc/self",) if level.level < 3 else ())),  # at level 3 /proc is the sandbox's own
        env=dict(build.env),
        # shadow memory takes 16 TB of addresses: the sanitizers watch what is really used instead
        limits=CommandLimits(seconds=60 + 4 * SECONDS, cpu_seconds=int(60 + 8 * SECONDS), memory_bytes=0),
        level=level,
    )
    ran = len(re.findall(r"^done \d+$", result.stdout, re.MULTILINE))
    stage = Stage(name, cases=ran, planned=planned, toolchain=build.toolchain)
    if not result.stdout.startswith("started"):
        said = (result.stderr.strip().splitlines() or ["no message"])[0]
        return replace(stage, note=f"{name} not run: the instrumented build failed: {said[:200]}", seconds=time.monotonic() - began)
    found = parse(name, result.stderr, program.candidate, buffers(result.stdout))
    ended = _ended(result)
    if not found and result.rc == REPORTED:
        stage = replace(stage, note=f"{name} reported something that touches no line of the candidate")
    elif not found and ended:
        found = [Finding(name, ended, program.candidate.files[0][0], 0, f"in workload {ran + 1} of {planned}")]
    if ran < planned and not found and not stage.note:
        stage = replace(stage, note=f"{ran} of {planned} workloads within {SECONDS:g} s")
    return replace(stage, findings=tuple(found[:_MOST]), seconds=time.monotonic() - began)


def _ended(result: Result) -> str:
    """How the program ended where it did not come to its end, or ''."""
    if "\nfinished\n" in result.stdout:
        return ""
    if result.limit_hit:
        return f"stopped by its {result.limit_hit} limit"
    number = -result.rc if result.rc < 0 else result.rc - 128 if result.rc > 128 else 0
    return f"ended by {signal.Signals(number).name}" if number in [s.value for s in signal.Signals] else f"left with code {result.rc}"


def buffers(stdout: str) -> dict[int, str]:
    """Address -> tensor, as the program told them last."""
    return {int(at, 16): name for name, at in re.findall(r"^buffer (\S+) (0x[0-9a-f]+)$", stdout, re.MULTILINE)}


def parse(stage: str, text: str, candidate: Candidate, known: Mapping[int, str] | None = None) -> list[Finding]:
    """Findings about the candidate's own lines in what a sanitizer printed. Reports that touch none of its files are left out."""
    sources = dict(candidate.files)
    found = _undefined(text, sources) if stage == "ubsan" else _reports(stage, text, sources, known or {})
    unique = {(f.kind, f.file, f.line): f for f in reversed(found)}
    return sorted(unique.values(), key=found.index)


def _undefined(text: str, sources: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    for path, line, said in re.findall(r"^(\S+?):(\d+):\d+: runtime error: (.+)$", text, re.MULTILINE):
        name = path.rpartition("/")[2]
        if name in sources:
            kind = next((k for k in _KINDS if k in said), said.partition(":")[0].partition(" 0x")[0])
            found.append(Finding("ubsan", kind, name, int(line), said, excerpt(sources[name], int(line))))
    return found


_KINDS = ("signed integer overflow", "misaligned address", "out of bounds", "shift exponent", "left shift", "division by zero",
          "null pointer", "not a valid value", "applying non-zero offset", "addition of unsigned offset", "outside the range")  # fmt: skip
_FRAME = re.compile(r"^\s+#(\d+) (?:0x[0-9a-f]+ in )?(\S.*?) (\S+?):(\d+)(?::\d+)?(?: \(.*\))?$", re.MULTILINE)
_FIRST = re.compile(r"^\s+#0 .*$", re.MULTILINE)
_HEAD = re.compile(r"(?:ERROR|WARNING): (\w+): ([a-zA-Z][\w -]*?)(?: on (?:unknown )?address| \(|:|$)", re.MULTILINE)


def _reports(stage: str, text: str, sources: Mapping[str, str], known: Mapping[int, str]) -> list[Finding]:
    found: list[Finding] = []
    for block in re.split(r"^(?===\d+==(?:ERROR|WARNING)|={10,}$|WARNING: ThreadSanitizer)", text, flags=re.MULTILINE):
        head = _HEAD.search(block)
        if head is None or head[1] not in _NAMES:
            continue
        # a signal inside a library that the sanitizer does not see into says nothing about who is to blame
        if (stage == "tsan" and head[2].strip() != "data race") or "libomp.so" in (_FIRST.search(block) or [""])[0]:
            continue
        frames = [(path.rpartition("/")[2], int(line)) for _n, _f, path, line in _FRAME.findall(block)]
        mine = [(name, line) for name, line in frames if name in sources]
        if not mine:
            continue
        name, line = mine[0]
        kind = head[2].strip()
        found.append(Finding(stage, kind, name, line, _sentence(stage, block, mine, known), excerpt(sources[name], line)))
    return found


_NAMES = ("AddressSanitizer", "ThreadSanitizer", "MemorySanitizer")


def _sentence(stage: str, block: str, mine: Sequence[tuple[str, int]], known: Mapping[int, str]) -> str:
    """What happened, in terms of the kernel's buffers where the report knows them."""
    if stage == "tsan":
        acts = re.findall(r"^  (?:Previous )?((?:atomic )?(?:write|read) of size \d+)", block, re.MULTILINE | re.IGNORECASE)
        other = next((place for place in mine[1:] if place != mine[0]), mine[0])
        did = " and ".join(a.lower() for a in acts[:2]) or "two accesses"
        return f"{did} by two threads, the other one at {other[0]}:{other[1]}"
    act = re.search(r"^(READ|WRITE) of size (\d+)", block, re.MULTILINE)
    did = f"{act[1].lower()} of {act[2]} bytes" if act else "an access"
    place = re.search(r"located (\d+) bytes (after|before|inside(?: of)?) (?:a )?(\d+)-byte region \[(0x[0-9a-f]+),", block)
    if place:
        side = {"after": "past the end of", "before": "in front of"}.get(place[2], "inside")
        name = known.get(int(place[4], 16), "an allocation")
        return f"{did}, {place[1]} bytes {side} {name} ({place[3]} bytes)"
    variable = re.search(r"'([^']+)' \(line (\d+)\)", block)
    if stage == "msan":
        made = re.search(r"Uninitialized value was created by an? (.+)", block)
        return f"a value that nobody wrote decides{', from ' + made[1] if made else ''}"
    return f"{did}, at variable {variable[1]} of line {variable[2]}" if variable else did


def excerpt(source: str, line: int) -> str:
    """The line with its neighbours, numbered, the line itself marked."""
    lines = source.splitlines()
    first, last = max(1, line - _LINES), min(len(lines), line + _LINES)
    return (
        "\n".join(f"{'>' if n == line else ' '} {n:4} | {lines[n - 1]}" for n in range(first, last + 1)) if 0 < line <= len(lines) else ""
    )
