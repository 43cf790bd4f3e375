"""Decisions: honest arms, heavier arms, and arms that cheat the clock. Rates are the business of tests/soak."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from judge_kit import shared_object

from kernelmill.core.task import Draw
from kernelmill.judge.decision import Arm, Decision, Protocol, Rounds, decide, screen
from kernelmill.judge.decision_restart import Finding
from kernelmill.judge.decision_statistics import Looks, interval, look, t_quantile
from kernelmill.judge.decision_subject import Agreement, Batch, Given, Subject
from kernelmill.judge.process import Arena, Buffer, Memory, Runner

N = 192
GEMV = """
static void rows(const float* restrict a, const float* restrict x, float* restrict y, int64_t n, int64_t count) {
  for (int64_t r = 0; r < count; r++) { float s[16] = {0}; const float* p = a + r % n * n;
    for (int64_t j = 0; j + 16 <= n; j += 16) for (int k = 0; k < 16; k++) s[k] += p[j + k] * x[j + k];
    float t = 0; for (int k = 0; k < 16; k++) t += s[k]; y[r % n] = t; } }
"""
HEAD = "void km_gemv(const float* a, const float* x, float* y, int64_t n)"
HONEST = GEMV + HEAD + "{ for (int i = 0; i < 4; i++) rows(a, x, y, n, n); }"
HEAVY = GEMV + HEAD + "{ for (int i = 0; i < 5; i++) rows(a, x, y, n, n); }"
FAST = Protocol(batch=Batch(seconds=0.001, cold_bytes=4 << 20), rounds=Rounds(most=5, seconds=0.02), seconds=20)

ALWAYS_ASK = replace(FAST, oracle_share=1.0, looks=Looks(sizes=(2,)))


def subject() -> Subject:
    buffers = (Buffer("f32", (N, N)), Buffer("f32", (N,)), Buffer("f32", (N,), "out"))
    return Subject(buffers, (N,), (Draw("normal"), Draw("uniform", -1, 1), None), (None, None, Agreement(1e-3, 1e-3)))


def arm(name: str, source: str, *flags: str, threads: int = 1) -> Arm:
    code = shared_object(source, "-O3", "-march=native", *flags)
    return Arm(name, lambda arena, outputs: Runner.launch(code, "km_gemv", arena, outputs=outputs, threads=threads))


def race(candidate: str, *flags: str, baseline: str = HONEST) -> Decision:
    return decide(subject(), arm("baseline", baseline), arm("candidate", candidate, *flags), seed=4711, protocol=FAST)


def test_the_same_code_is_not_faster():
    decision = race(HONEST)
    assert decision.outcome in ("not faster", "cannot tell here")
    assert decision.speedup
    assert 0.8 < decision.speedup.median < 1.25
    assert len(decision.restarts) >= 6
    assert decision.sets >= 2


def test_a_fifth_less_work_is_faster_and_the_record_is_complete():
    decision = race(HONEST, baseline=HEAVY)
    assert decision.outcome == "faster", decision.reason
    assert decision.speedup
    assert decision.speedup.low > 1.01
    assert decision.speedup.low < decision.speedup.median < decision.speedup.high
    data = decision.to_json()
    again = [math.log(min(s[1] for s in r["samples"]["baseline"]) / min(s[1] for s in r["samples"]["candidate"])) for r in data["restarts"]]
    if all(r["statistic"] == "min" for r in data["restarts"]):
        assert interval(again).low == pytest.approx(decision.speedup.low)
    assert decision.null_ns > 0
    assert decision.call_seconds() < decision.call_seconds(0)


def test_a_fifth_more_work_is_never_faster():
    assert race(HEAVY).outcome == "not faster"


def test_a_twin_is_a_third_arm_that_need_not_agree():
    twin = GEMV + HEAD + "{ for (int i = 0; i < 5; i++) rows(a, x, y, n, n); y[0] = 3; }"
    decision = decide(subject(), arm("b", HONEST), arm("c", HONEST), twin=arm("twin", twin), seed=3, protocol=FAST)
    ratio = decision.ratio(2, 1)
    assert ratio
    assert 1.05 < ratio.median < 1.6
    assert "twin" in decision.to_json()["restarts"][0]["samples"]


def test_a_screen_is_one_restart():
    decision = screen(subject(), arm("incumbent", HEAVY), arm("candidate", HONEST), seed=1, protocol=FAST)
    assert len(decision.restarts) == 1
    assert decision.speedup
    assert decision.speedup.median > 1.0
    assert not decision.faster


WRONG = {
    "wrong now and then": "static int k; " + GEMV + HEAD + "{ rows(a, x, y, n, n); if (++k % 50 == 0) y[7] += 1; }",
    "a skipped tail": GEMV + HEAD + "{ rows(a, x, y, n, n - 1); }",
    "nothing": HEAD + "{ }",
    "zeros": HEAD + "{ memset(y, 0, n * 4); }",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_element_in_a_timed_batch_ends_it(name: str):
    decision = race(WRONG[name])
    assert decision.outcome == "failed"
    assert decision.finding
    assert decision.finding.kind in ("wrong", "poison")
    assert decision.finding.arm == "candidate"
    assert decision.speedup is None


CACHE = """
static struct { const float* a; float y[%d]; } seen[4096]; static int count;
%s { for (int i = 0; i < count; i++) if (seen[i].a == a %%s) { memcpy(y, seen[i].y, n * 4); return; }
  for (int i = 0; i < 4; i++) rows(a, x, y, n, n);
  if (count < 4096) { seen[count].a = a; memcpy(seen[count++].y, y, n * 4); } }"""


def test_a_cache_by_pointer_is_caught():
    source = GEMV + CACHE % (N, HEAD) % ""
    decision = race(source)
    assert decision.outcome == "failed"
    assert decision.finding
    assert decision.finding.kind == "wrong"


def test_a_cache_by_pointer_and_first_elements_gains_nothing():
    source = GEMV + (CACHE % (N, HEAD) % "&& !memcmp(seen[i].y + n - 1, a, 4)")
    assert race(source).outcome in ("not faster", "cannot tell here")


THREADED = """
#include <pthread.h>
#include <sched.h>
static struct { const float *a, *x; float* y; int64_t n; } volatile job[65536]; static unsigned in, out; static pthread_t t;
static void* work(void* p) { for (;;) { while (__atomic_load_n(&out, 2) == __atomic_load_n(&in, 2)) sched_yield(); unsigned i = out % 65536;
  for (int k = 0; k < 4; k++) rows(job[i].a, job[i].x, job[i].y, job[i].n, job[i].n); __atomic_add_fetch(&out, 1, 3); } return p; }
""" + HEAD + """{ if (!t) pthread_create(&t, 0, work, 0); unsigned i = in % 65536;
  job[i].a = a; job[i].x = x; job[i].y = y; job[i].n = n; __atomic_add_fetch(&in, 1, 3); }"""  # fmt: skip


def test_a_thread_that_works_after_the_answer_is_caught():
    decision = race(GEMV + THREADED, "-pthread")
    assert decision.outcome == "failed"
    assert decision.finding
    assert decision.finding.kind in ("wrong", "poison")


AHEAD = """
#include <pthread.h>
#include <sched.h>
static const float *seen_a[4096], *seen_x[4096]; static int64_t size; static volatile int count; static pthread_t t;
static float ready[4096][%d], stamp[4096];
static void* ahead(void* p) { for (;;) { for (int i = 0; i < count; i++) {
  for (int k = 0; k < 20; k++) rows(seen_a[i], seen_x[i], ready[i], size, size); stamp[i] = seen_a[i][0]; } sched_yield(); } return p; }
%s { size = n; for (int i = 0; i < count; i++) if (seen_a[i] == a && stamp[i] == a[0]) { memcpy(y, ready[i], n * 4); return; }
  for (int k = 0; k < 20; k++) rows(a, x, y, n, n);
  if (count < 4096) { seen_a[count] = a; seen_x[count] = x; count++; } if (!t) pthread_create(&t, 0, ahead, 0); }"""


def test_a_thread_that_works_ahead_gains_nothing():
    """Between the windows it would have all the time in the world, if it ran then."""
    honest = GEMV + HEAD + "{ for (int k = 0; k < 20; k++) rows(a, x, y, n, n); }"
    decision = race(GEMV + AHEAD % (N, HEAD), "-pthread", baseline=honest)
    assert not decision.faster
    assert max((s.outside_ns for r in decision.restarts for s in r.samples[1]), default=0) < 1_000_000


def test_a_crash_in_the_middle_is_a_finding():
    decision = race("static int k; " + GEMV + HEAD + "{ rows(a, x, y, n, n); if (++k == 300) *(volatile int*)0 = 0; }")
    assert decision.outcome == "failed"
    assert decision.finding
    assert decision.finding.kind == "crash"
    assert decision.finding.outcome
    assert decision.finding.outcome.signal == 11


def test_a_write_outside_shows_in_the_canaries():
    decision = race(GEMV + HEAD + "{ for (int i = 0; i < 4; i++) rows(a, x, y, n, n); y[n] = 1; }")
    assert decision.outcome == "failed"
    assert decision.finding
    assert decision.finding.kind == "canary"


def test_sleeping_is_not_speed():
    """A kernel that computes elsewhere meanwhile would look like this: little CPU time, much wall time."""

    def loop(times: int, after: str) -> str:
        return f"{GEMV}{HEAD} {{ for (int i = 0; i < {times}; i++) rows(a, x, y, n, n); {after} }}"

    decision = race(loop(10, "usleep(200);"), baseline=loop(60, ""))
    assert not decision.faster
    assert "sleeps" in decision.reason


def test_a_kernel_of_nothing_is_too_short():
    source = "void km_gemv(const float* x, float* y, int64_t n) { y[0] = x[0]; }"
    tiny = Subject((Buffer("f32", (1,)), Buffer("f32", (1,), "out")), (1,), (Draw("normal"), None), (None, Agreement()))
    protocol = Protocol(batch=Batch(most_sets=64), seconds=5)
    decision = decide(tiny, arm("b", source), arm("c", source), seed=1, protocol=protocol)
    assert decision.outcome == "cannot tell here"
    assert "too short" in decision.reason


def test_in_outs_get_fresh_content_for_every_call():
    n, body = 50_000, "void km_gemv(const float* g, float* w, int64_t n) {{ for (int64_t i = {0}; i < n; i++) w[i] -= 0.1f * g[i]; }}"
    buffers = (Buffer("f32", (n,), "in"), Buffer("f32", (n,), "inout"))
    step = Subject(buffers, (n,), (Draw("normal"), Draw("normal")), (None, Agreement(1e-6, 1e-5)))
    honest, forgets = body.format(0), body.format(1)
    originals: list[bool] = []

    def oracle(arena: Arena, outputs: Memory, index: int | None) -> None:
        w, g, after = arena.original(0, 1), arena.original(0, 0), arena.view(0, 1, outputs)
        originals.append(bool(abs(w - 0.1 * g - after).max() < 1e-5) and bool((g == arena.view(0, 0)).all()))

    decide(step, arm("b", honest), arm("c", honest), seed=1, protocol=ALWAYS_ASK, oracle=oracle)
    assert len(originals) >= 2
    assert all(originals)
    wrong = decide(step, arm("b", honest), arm("c", forgets), seed=1, protocol=FAST)
    assert wrong.finding
    assert wrong.finding.kind == "wrong"


@pytest.mark.parametrize("keep", [True, False])
def test_given_content_serves_too(keep: bool):
    ones = Given(b"\x00\x00\x80\x3f" * (N * N), keep)
    mixed = Subject(subject().buffers, (N,), (ones, Draw("normal"), None), subject().agreements)
    assert decide(mixed, arm("b", HONEST), arm("c", HONEST), seed=1, protocol=FAST).finding is None


def test_the_oracle_may_object():
    objection = Finding("oracle", "candidate", "the truth says no")
    seen: list[int] = []

    def oracle(arena: Arena, outputs: Memory, index: int | None) -> Finding | None:
        seen.append(arena.view(0, 2, outputs).size)
        return objection

    decision = decide(subject(), arm("b", HEAVY), arm("c", HONEST), seed=1, protocol=ALWAYS_ASK, oracle=oracle)
    assert decision.finding == objection
    assert decision.speedup is None
    assert seen == [N]


def test_a_wrong_baseline_is_not_the_candidates_fault():
    wrong = HONEST.replace("y[r % n] = t", "y[r % n] = t + 1")
    assert wrong != HONEST
    for right in (True, False):
        objection = None if right else Finding("oracle", "c", "the truth says no")
        decision = decide(subject(), arm("b", wrong), arm("c", HONEST), seed=1, protocol=FAST, oracle=lambda *_, o=objection: o)
        assert decision.finding is not None
        assert decision.finding.arm == ("b" if right else "c")


def test_two_threads_use_the_wall_clock():
    source = GEMV + HEAD + "{ \n#pragma omp parallel for num_threads(2)\n for (int i = 0; i < 2; i++) rows(a, x, y + 0, n, n); }"
    a, b = arm("b", source, "-fopenmp", threads=2), arm("c", source, "-fopenmp", threads=2)
    decision = decide(subject(), a, b, threads=2, seed=1, protocol=FAST)
    assert decision.clock == "wall"
    assert not decision.faster


@pytest.mark.parametrize("df", [1, 2, 5, 9, 39])
@pytest.mark.parametrize("p", [0.95, 0.995, 0.9985])
def test_quantiles_agree_with_scipy(p: float, df: int):
    stats = pytest.importorskip("scipy.stats")
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)


def test_looks_happen_at_their_sizes_only():
    fast, same = [math.log(1.10 + 0.001 * (i % 3)) for i in range(40)], [0.002 * (-1) ** i for i in range(40)]
    assert [n for n in range(1, 41) if look(fast[:n])] == list(Looks().sizes)
    assert look(fast[:6]) == "faster"
    assert look(same[:6]) == "not faster"
    wild = [0.5 * (-1) ** i + 0.1 for i in range(40)]
    assert look(wild[:6]) is None
    assert look([-v for v in wild[:10]]) == "not faster"


def test_an_interval_of_one_restart_claims_nothing():
    one = interval([math.log(2.0)])
    assert (one.median, one.low, one.high) == (pytest.approx(2.0), 0.0, math.inf)
