"""Sanitizer stages: each finds its planted bugs, with the line, and none of the honest kernels."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import MissingTool, UserError
from kernelmill.core.platform import Tool
from kernelmill.core.verdict import Status
from kernelmill.judge import compiling, stages
from kernelmill.judge.judge import open_judge
from kernelmill.judge.program import Program
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import isolation
from kernelmill.judge.stages import Finding, Stage
from kernelmill.platforms.torch import Torch
from kernelmill.platforms.x86 import X86

KERNELS = Path(__file__).parents[1] / "kernels"
RELU = "void km_relu(const float *x, float *y, int64_t N) {\n"
DOT = "void km_dot(const float *x, const float *w, float *y, int64_t N) {\n"
HEAD = '#include <stdlib.h>\n#include <string.h>\n#include <omp.h>\n#include <pthread.h>\n#include "kernelmill_task.h"\n'
LOOP = "  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;\n"

PLANTED = {
    # stage, name: source with the faulty line marked, kind
    # never the element that begins a line: the guard page is not reached
    ("asan", "reads one element past the end"): (
        RELU + LOOP + "  if (N % 16) {\n    volatile float next = x[N]; /* here */\n    (void)next;\n  }\n}\n",
        "heap-buffer-overflow",
    ),
    ("asan", "scratch one element too short"): (
        RELU + "  float *s = malloc(N * 4);\n  for (int64_t i = 0; i < N; i++) s[i + 1] = x[i]; /* here */\n"
        "  for (int64_t i = 0; i < N; i++) y[i] = s[i + 1] > 0 ? s[i + 1] : 0;\n  free(s);\n}\n",
        "heap-buffer-overflow",
    ),
    ("asan", "reads beyond an array on the stack"): (
        RELU + LOOP + "  volatile float lanes[8] = {0};\n  volatile int64_t k = 8 + (N & 1);\n"
        "  volatile float z = lanes[k]; /* here */\n  (void)z;\n}\n",
        "stack-buffer-overflow",
    ),
    ("ubsan", "signed overflow in an index"): (
        RELU + LOOP + "  volatile int step = 2147483647;\n  step = step + 1; /* here */\n}\n",
        "signed integer overflow",
    ),
    ("ubsan", "misaligned access"): (
        RELU + "  int64_t i = 1;\n  for (; i + 1 < N; i += 2) {\n    double both = *(const double *)(x + i); /* here */\n    float p[2];\n"
        "    memcpy(p, &both, 8);\n    for (int k = 0; k < 2; k++) y[i + k] = p[k] > 0 ? p[k] : 0;\n  }\n"
        "  if (N) y[0] = x[0] > 0 ? x[0] : 0;\n  for (; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;\n}\n",
        "misaligned address",
    ),
    ("ubsan", "shift by more than the width"): (
        RELU + LOOP + "  volatile int by = 32;\n  volatile int z = 1 << by; /* here */\n  (void)z;\n}\n",
        "shift exponent",
    ),
    ("tsan", "a flag that every thread sets"): (
        RELU + LOOP + "  int any = 0;\n#pragma omp parallel for shared(any)\n"
        "  for (int64_t i = 0; i < N; i++)\n    if (x[i] > 0) any = 1; /* here */\n  volatile int z = any;\n  (void)z;\n}\n",
        "data race",
    ),
    ("tsan", "scratch that all calls share"): (
        "static float s[1 << 22];\n"
        + RELU
        + "  for (int64_t i = 0; i < N; i++) s[i] = x[i]; /* here */\n  for (int64_t i = 0; i < N; i++) y[i] = s[i] > 0 ? s[i] : 0;\n}\n",
        "data race",
    ),
    ("tsan", "a barrier is missing"): (
        RELU + "#pragma omp parallel\n  {\n#pragma omp for nowait\n    for (int64_t i = 0; i < N; i++) y[i] = x[i]; /* here */\n"
        "#pragma omp for\n    for (int64_t i = 0; i < N; i++) if (y[N - 1 - i] < 0) y[N - 1 - i] = 0;\n  }\n}\n",
        "data race",
    ),
    ("msan", "an accumulator without a start"): (
        DOT
        + "  float sum[2];\n  sum[0] = 0;\n  for (int64_t i = 0; i < N; i++) sum[i & 1] += x[i] * w[i];\n  y[0] = sum[0] + sum[1];\n}\n",
        "use-of-uninitialized-value",
    ),
    ("msan", "scratch that is not filled"): (
        RELU + "  float *s = malloc(4 * N + 4);\n  for (int64_t i = 1; i < N; i++) s[i] = x[i];\n"
        "  for (int64_t i = 0; i < N; i++) y[i] = s[i] > 0 ? s[i] : 0; /* here */\n  free(s);\n}\n",
        "use-of-uninitialized-value",
    ),
}

HONEST = {
    "parallel for": RELU + "#pragma omp parallel for\n" + LOOP + "}\n",
    "dynamic schedule, simd inside": RELU
    + "#pragma omp parallel for schedule(dynamic, 7)\n  for (int64_t b = 0; b < (N + 63) / 64; b++) {\n"
    "    int64_t end = b * 64 + 64 < N ? b * 64 + 64 : N;\n#pragma omp simd\n"
    "    for (int64_t i = b * 64; i < end; i++) y[i] = x[i] > 0 ? x[i] : 0;\n  }\n}\n",
    "nowait over the same static schedule": RELU + "#pragma omp parallel\n  {\n#pragma omp for schedule(static) nowait\n"
    "    for (int64_t i = 0; i < N; i++) y[i] = x[i];\n#pragma omp for schedule(static)\n"
    "    for (int64_t i = 0; i < N; i++) if (!(y[i] > 0)) y[i] = 0;\n  }\n}\n",
    "barrier between phases": RELU + "#pragma omp parallel\n  {\n#pragma omp for\n    for (int64_t i = 0; i < N; i++) y[i] = x[i];\n"
    "#pragma omp for\n    for (int64_t i = 0; i < N; i++) if (!(y[N - 1 - i] > 0)) y[N - 1 - i] = 0;\n  }\n}\n",
    "tasks": RELU + "#pragma omp parallel\n#pragma omp single\n  for (int64_t b = 0; b < N; b += 500)\n#pragma omp task\n"
    "    for (int64_t i = b; i < N && i < b + 500; i++) y[i] = x[i] > 0 ? x[i] : 0;\n}\n",
    "reduction": DOT
    + "  float t = 0;\n#pragma omp parallel for reduction(+ : t)\n  for (int64_t i = 0; i < N; i++) t += x[i] * w[i];\n  y[0] = t;\n}\n",
    "critical": DOT + "  double t = 0;\n#pragma omp parallel\n  {\n    double mine = 0;\n#pragma omp for\n"
    "    for (int64_t i = 0; i < N; i++) mine += (double)x[i] * w[i];\n#pragma omp critical\n    t += mine;\n  }\n  y[0] = t;\n}\n",
    "atomic": DOT + "  double t = 0;\n#pragma omp parallel\n  {\n    double mine = 0;\n#pragma omp for\n"
    "    for (int64_t i = 0; i < N; i++) mine += (double)x[i] * w[i];\n#pragma omp atomic\n    t += mine;\n  }\n  y[0] = t;\n}\n",
    "partial sums by thread number": DOT
    + "  double part[64] = {0}, t = 0;\n#pragma omp parallel num_threads(2)\n  {\n    double mine = 0;\n"
    "#pragma omp for\n    for (int64_t i = 0; i < N; i++) mine += (double)x[i] * w[i];\n    part[omp_get_thread_num()] = mine;\n  }\n"
    "  for (int k = 0; k < 64; k++) t += part[k];\n  y[0] = t;\n}\n",
    "threads of its own": "struct job { const float *x; float *y; int64_t from, to; };\n"
    "static void *work(void *p) {\n  struct job *j = p;\n"
    "  for (int64_t i = j->from; i < j->to; i++) j->y[i] = j->x[i] > 0 ? j->x[i] : 0;\n  return NULL;\n}\n"
    + RELU
    + "  struct job a = {x, y, 0, N / 2}, b = {x, y, N / 2, N};\n  pthread_t t;\n"
    "  int alone = pthread_create(&t, NULL, work, &a);\n  work(&b);\n  if (alone) work(&a);\n  else pthread_join(t, NULL);\n}\n",
}


def program(source: str, platform: X86, name: str = "kernel.c") -> Program:
    task = tasks.get("dot" if "km_dot" in source else "relu")
    made = compiling.prepare(Candidate(task.name, "x86", ((name, source),), task.entry), task, platform, isolation())
    assert isinstance(made, Program), made.failure
    return made


def run(made: Program, platform: X86, *names: str) -> list[Stage]:
    have = platform.stages()
    for name in names:
        if not have[name].version:
            pytest.skip(f"{have[name].name} is not installed")
    return stages.run(made, platform, names, Store(made.task), isolation(), profile="ci", seed=5)


@pytest.mark.parametrize(("stage", "bug"), list(PLANTED))
def test_a_planted_bug_is_found_with_its_line(stage: str, bug: str) -> None:
    source, kind = PLANTED[stage, bug]
    source = HEAD + source
    found = run(program(source, X86()), X86(), stage)[0]
    assert found.findings, found
    first = found.findings[0]
    assert first.kind.startswith(kind), first
    marked = [n for n, line in enumerate(source.splitlines(), 1) if "/* here */" in line]
    if marked:
        assert marked[0] in [f.line for f in found.findings] or f":{marked[0]}" in first.text, found.findings
        assert f"> {first.line:4} | " in first.excerpt
    status, failure = stages.failure([found]) or (None, None)
    assert failure
    assert f"kernel.c:{first.line}" in failure.summary
    assert status is (Status.CRASH if stage == "asan" else Status.WRONG_VALUE)


@pytest.mark.parametrize("name", list(HONEST))
def test_honest_threads_are_no_race(name: str) -> None:
    found = run(program(HEAD + HONEST[name], X86()), X86(), "tsan")[0]
    assert (found.findings, found.cases) == ((), found.planned), found


@pytest.mark.parametrize("name", ["adam", "argmax", "jacobi2d", "softmax", "swiglu"])
def test_honest_kernels_are_clean(name: str) -> None:
    task = tasks.get(name)
    source = (KERNELS / f"{name}.c").read_text()
    candidate = Candidate(task.name, "x86", ((f"{name}.c", source),), task.entry, parameters=(("WRONG", 0),))
    made = compiling.prepare(candidate, task, X86(), isolation())
    assert isinstance(made, Program)
    for found in run(made, X86(), "asan", "ubsan"):
        assert (found.findings, found.cases) == ((), found.planned), found


def test_a_verdict_says_what_the_stages_found() -> None:
    """The guard page is far away from the element after the last: without the stage this kernel is right."""
    source = HEAD + PLANTED["asan", "reads one element past the end"][0]
    made = program(source, X86())
    if not X86().stages()["asan"].version:
        pytest.skip("asan is not installed")
    judge = open_judge(made.task, X86(), "ci", stages=("asan",), seed=3)
    verdict = judge.verdict(made.candidate, ())
    assert verdict.status is Status.CRASH
    assert verdict.failure
    assert verdict.failure.rule == "asan"
    assert "past the end of x" in verdict.reason
    assert verdict.evidence["stages"][0]["findings"][0]["file"] == "kernel.c"
    assert "volatile float next = x[N]" in verdict.failure.detail
    assert open_judge(made.task, X86(), "ci", seed=3).verdict(made.candidate, ()).status is Status.CORRECT


def test_levels_two_and_three_see_the_same(level: object) -> None:
    source = HEAD + PLANTED["ubsan", "shift by more than the width"][0]
    made = program(source, X86())
    if not X86().stages()["ubsan"].version:
        pytest.skip("ubsan is not installed")
    found = stages.run(made, X86(), ("asan", "ubsan"), Store(made.task), level, profile="ci", seed=5)  # type: ignore[arg-type]
    assert [f.kind for s in found for f in s.findings] == ["shift exponent"]


def test_what_does_not_exist_is_a_bad_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="unknown stage 'asam'") as error:
        stages.check(("asam",), X86())
    assert "asan" in str(error.value)
    with pytest.raises(UserError, match="has no stage 'asan'"):
        stages.check(("asan",), Torch())
    monkeypatch.setattr(X86, "stages", lambda self: {"asan": Tool("asan (clang)", mend="apt-get install it")})
    with pytest.raises(MissingTool, match="apt-get install it"):
        stages.check(("asan",), X86())


REPORT = """\
=================================================================
==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x502000000074 at pc 0x55 bp 0x7f sp 0x7e
READ of size 4 at 0x502000000074 thread T0
    #0 0x55d0 in km_relu /build/kernel.c:3:11
    #1 0x55d1 in km_thread /build/kernelmill_program.c:36:3

0x502000000074 is located 0 bytes after 4-byte region [0x502000000070,0x502000000074)
allocated by thread T0 here:
    #0 0x55d2 in posix_memalign (/build/checked+0xcd)
SUMMARY: AddressSanitizer: heap-buffer-overflow /build/kernel.c:3:11 in km_relu
"""
ELSEWHERE = """\
==================
WARNING: ThreadSanitizer: data race (pid=2)
  Write of size 8 at 0x7b by thread T1:
    #0 __kmp_resume <null> (libomp.so.5+0x1)
  Previous read of size 8 at 0x7b by main thread:
    #0 main /build/kernelmill_program.c:90:3 (checked+0x2)
==================
"""


def test_reports_are_read() -> None:
    candidate = Candidate("activation/relu", "x86", (("kernel.c", "a\nb\nc here\nd\n"),), "km_relu")
    (found,) = stages.parse("asan", REPORT, candidate, stages.buffers("started\nbuffer x 0x502000000070\n"))
    assert found == Finding(
        "asan", "heap-buffer-overflow", "kernel.c", 3, "read of 4 bytes, 0 bytes past the end of x (4 bytes)",
        "     1 | a\n     2 | b\n>    3 | c here\n     4 | d",
    )  # fmt: skip
    assert stages.parse("tsan", ELSEWHERE, candidate) == []
