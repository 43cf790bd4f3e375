"""Runners: right results at every level, stops that hold, ends that leave nothing, calls of any signature."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import RELU, children, relu_arena, shared_object

from kernelmill.judge.native.binding import library
from kernelmill.judge.process import Arena, Buffer, CallSet, Limits, Mode, Runner
from kernelmill.judge.sandbox import Isolation, isolation


@pytest.mark.parametrize("mode", list(Mode))
def test_outputs_arrive(level: Isolation, mode: Mode):
    arena = relu_arena(mode=mode)
    with Runner.start(shared_object(RELU), "km_relu", arena, level=level) as runner:
        assert runner.call().ok
        for i in range(2):
            assert np.array_equal(arena.view(i, 1, runner.outputs), np.maximum(arena.view(i, 0), 0))


def test_level_1_runs_too():
    arena = relu_arena()
    with Runner.start(shared_object(RELU), "km_relu", arena, level=isolation(1)) as runner:
        for _ in range(3):
            assert runner.call().ok
        assert np.array_equal(arena.view(1, 1, runner.outputs), np.maximum(arena.view(1, 0), 0))


def test_sets_may_differ_in_size_and_mode():
    sizes = (1, 63, 1000, 0)
    arena = Arena([CallSet((Buffer("f32", (n,)), Buffer("f32", (n,), "out")), (n,), mode=Mode(i % 4)) for i, n in enumerate(sizes)])
    for i in range(len(sizes)):
        arena.view(i, 0)[:] = -2.0 + i
    with Runner.start(shared_object(RELU), "km_relu", arena) as runner:
        assert runner.call([2, 0, 3]).ok
        assert (arena.view(2, 1, runner.outputs) == 0).all()
        assert runner.call([1]).ok
        assert (arena.view(1, 1, runner.outputs) == 0).all()


def test_the_runner_is_our_child_and_stops(level: Isolation):
    with Runner.start(shared_object(RELU), "km_relu", relu_arena(), level=level) as runner:
        stat = Path(f"/proc/{runner.pid}/stat").read_text().rpartition(")")[2].split()
        assert int(stat[1]) == os.getpid()
        assert stat[0] == "T"
        assert runner.call().ok
        assert Path(f"/proc/{runner.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        status = Path(f"/proc/{runner.pid}/status").read_text()
        assert "Uid:\t0" not in status
        assert "Seccomp:\t2" in status


def test_at_level_3_it_is_alone_in_its_namespaces():
    best = isolation()
    if best.level < 3:
        pytest.skip(best.reason)
    with Runner.start(shared_object(RELU), "km_relu", relu_arena(), level=best) as runner:
        for name in ("pid", "net", "mnt", "user", "ipc"):
            assert os.readlink(f"/proc/{runner.pid}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")
        assert f"NSpid:\t{runner.pid}\t1\n" in Path(f"/proc/{runner.pid}/status").read_text()
        assert not any(f.startswith(("/home", "/root", "/etc/passwd")) for f in runner.mapped_files())


def test_kill_leaves_nothing(level: Isolation):
    before = children()
    runner = Runner.start(shared_object(RELU), "km_relu", relu_arena(), level=level)
    assert children() - before == {runner.pid}
    runner.kill()
    assert children() == before
    assert not Path(f"/proc/{runner.pid}").exists()
    assert not runner.call().ok


def test_a_stopped_runner_spends_nothing():
    arena = relu_arena()
    source = RELU + "__attribute__((constructor)) static void c(void) {}"
    with Runner.start(shared_object(source), "km_relu", arena) as runner:
        runner.call()
        time.sleep(0.05)
        assert runner.call().outside_ns < 100_000


def test_inputs_are_sealed_and_read_only(level: Isolation):
    source = "void km_relu(const float* x, float* y, int64_t n) { ((float*)x)[0] = 7; y[0] = 1; }"
    arena = relu_arena()
    with Runner.start(shared_object(source), "km_relu", arena, level=level) as runner:
        outcome = runner.call()
    assert (outcome.kind, outcome.signal) == ("crash", signal.SIGSEGV)
    with pytest.raises(OSError):
        __import__("mmap").mmap(arena.inputs.fd, arena.inputs.size)


def test_a_missing_symbol_and_a_broken_file_do_not_load():
    with Runner.start(shared_object(RELU), "km_other", relu_arena()) as runner:
        assert runner.call().kind == "load"
        assert "km_other" in runner.call().detail
    with Runner.start(b"no shared object", "km_relu", relu_arena()) as runner:
        assert runner.call().kind == "load"


def test_workspace_and_its_guard():
    source = """
    int64_t km_sum_workspace(int64_t n) { return n * 4; }
    void km_sum(const float* x, float* y, int64_t n, void* ws) { float* w = ws; memcpy(w, x, n * 4); y[0] = 0;
      for (int64_t i = 0; i < n; i++) y[0] += w[i]; if (x[0] == 1) w[(n + 15) / 16 * 16] = 1; }"""
    arena = Arena([CallSet((Buffer("f32", (n,)), Buffer("f32", (), "out")), (n,)) for n in (5, 16)])
    arena.view(0, 0)[:] = 2
    arena.view(1, 0)[:] = 1
    with Runner.start(shared_object(source), "km_sum", arena, workspace=True) as runner:
        assert runner.call([0]).ok
        assert arena.view(0, 1, runner.outputs) == 10
        assert runner.call([1]).kind == "crash"


def test_two_threads_at_once():
    source = """
    static int inside, most;
    void km_both(const float* x, float* y, int64_t n) {
      int now = __atomic_add_fetch(&inside, 1, 5); for (int i = 0; i < 2000 && __atomic_load_n(&inside, 5) < 2; i++) usleep(100);
      if (__atomic_load_n(&inside, 5) > most) most = inside; usleep(2000); y[0] = most; __atomic_sub_fetch(&inside, 1, 5); (void)now; }"""
    arena = relu_arena(n=4)
    with Runner.start(shared_object(source), "km_both", arena, threads=2) as runner:
        assert runner.pair(0, 1).ok
        assert arena.view(0, 1, runner.outputs)[0] == 2


_ARGUMENT = st.sampled_from(["i", "d"])


@settings(max_examples=12, deadline=None)
@given(kinds=st.lists(_ARGUMENT, max_size=40), pointers=st.integers(1, 9))
def test_any_signature_is_called(kinds: list[str], pointers: int):
    """Pointers, integers and doubles in any order and number arrive as the compiler's own caller would pass them."""
    names = [f"a{i}" for i in range(len(kinds))]
    parameters = [f"float* p{i}" for i in range(pointers)] + ["int64_t n"]
    parameters += [("int64_t " if k == "i" else "double ") + a for k, a in zip(kinds, names, strict=True)]
    body = "".join(f"p{i}[0] = n + {i};" for i in range(1, pointers)) + "p0[0] = n;"
    body += "".join(f"p0[{i + 1}] = {a};" for i, a in enumerate(names))
    code = shared_object(f"void km_f({', '.join(parameters)}) {{ {body} }}", "-O1")
    values = tuple(100 + i if k == "i" else 0.5 + i for i, k in enumerate(kinds))
    buffers = tuple(Buffer("f32", (len(kinds) + 1,), "out") for _ in range(pointers))
    arena = Arena([CallSet(buffers, (3,), values)])
    with Runner.start(code, "km_f", arena) as runner:
        assert runner.call().ok
        assert list(arena.view(0, 0, runner.outputs)) == [3, *values]
        for i in range(1, pointers):
            assert arena.view(0, i, runner.outputs)[0] == 3 + i


def test_a_runner_dies_with_its_judge(level: Isolation):
    """kill -9 of the judge leaves no runner, whether stopped or busy."""
    script = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from judge_kit import relu_arena, shared_object
from kernelmill.judge.process import Runner
from kernelmill.judge.sandbox import isolation
busy = shared_object("void km_relu(const float* x, float* y, int64_t n) {{ for (;;) __asm__ volatile(\\"\\"); }}")
a = Runner.start(busy, "km_relu", relu_arena(), level=isolation({level.level}))
b = Runner.start(busy, "km_relu", relu_arena(), level=isolation({level.level}))
print(a.pid, b.pid, flush=True)
b.call(timeout=60)
"""
    judge = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert judge.stdout
    pids = [int(p) for p in judge.stdout.readline().split()]
    time.sleep(0.05)
    judge.kill()
    judge.wait()
    judge.stdout.close()
    deadline = time.monotonic() + 1.0
    while any(_lives(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [p for p in pids if _lives(p)] == []


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_runner_taken_away_is_noticed():
    with Runner.start(shared_object(RELU), "km_relu", relu_arena()) as runner:
        os.kill(runner.pid, signal.SIGKILL)
        assert runner.call().kind == "crash"


def test_an_endless_constructor_times_out():
    source = '__attribute__((constructor)) static void c(void) { for (;;) __asm__ volatile(""); }' + RELU
    began = time.monotonic()
    with Runner.start(shared_object(source), "km_relu", relu_arena(), timeout=0.3) as runner:
        assert runner.call().kind == "timeout"
    assert time.monotonic() - began < 2


def test_limits_reach_the_runner(level: Isolation):
    with Runner.start(shared_object(RELU), "km_relu", relu_arena(), level=level, threads=2, limits=Limits(cpu_seconds=7)) as runner:
        text = Path(f"/proc/{runner.pid}/limits").read_text()
    table = {line[:26].strip(): line[26:].split()[0] for line in text.splitlines()[1:]}
    assert table["Max cpu time"] == "7"
    assert level.level < 3 or table["Max processes"] == "9"
    assert table["Max core file size"] == "0"
    assert int(table["Max address space"]) < 16 << 30


def test_the_library_was_told_to_reap():
    got = ctypes.c_int()
    ctypes.CDLL(None).prctl(37, ctypes.byref(got), 0, 0, 0)  # PR_GET_CHILD_SUBREAPER
    assert library()
    assert got.value == 1
