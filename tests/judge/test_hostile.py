"""Candidates that attack the judge, at every level that claims to hold them."""

from __future__ import annotations

import os
import signal
import socket
import time

import numpy as np
import pytest
from judge_kit import RELU, relu_arena, shared_object

from kernelmill.judge.process import Arena, Limits, Mode, Outcome, Runner
from kernelmill.judge.sandbox import Isolation

HEAD = "void km_relu(const float* x, float* y, int64_t n)"
CALLS = {
    "fork": "fork();",
    "vfork and exec": 'if (!vfork()) execl("/bin/true", "true", (char*)0);',
    "exec": 'execl("/bin/true", "true", (char*)0);',
    "socket": "socket(2, 1, 0);",
    "unix socket": "socket(1, 1, 0);",
    "ptrace": "syscall(101, 0, 0, 0, 0);",
    "kill": "kill(getppid(), 9);",
    "kill all": "kill(-1, 9);",
    "continue itself": "kill(getpid(), 18);",
    "raise SIGCONT": "syscall(234, getpid(), getpid(), 18);",
    "read other memory": "syscall(310, getppid(), 0, 0, 0, 0, 0);",
    "new namespace": "syscall(272, 0x10000000);",
    "new filter": "syscall(317, 1, 0, 0);",
    "bpf": "syscall(321, 0, 0, 0);",
    "io_uring": "syscall(425, 1, 0);",
    "outlive the judge": "syscall(157, 1, 0, 0, 0, 0);",
    "fault handler": "signal(11, (void (*)(int))km_relu);",
    "unguard": "mprotect((void*)((uintptr_t)(y + n) & ~4095ul), 4096, 3);",
    "unmap the output": "munmap((void*)((uintptr_t)y & ~4095ul), 4096);",
    "map over": "mmap((void*)((uintptr_t)y & ~4095ul), 4096, 3, 0x32, -1, 0);",
    "move over": "mremap(malloc(1 << 20), 4096, 4096, 3, (void*)((uintptr_t)y & ~4095ul));",
}


def run(source: str, level: Isolation, *, arena: Arena | None = None, **more: object) -> Outcome:
    with Runner.start(
        shared_object(source, "-w", "-pthread"), "km_relu", arena or relu_arena(mode=Mode.END), level=level, **more
    ) as runner:  # type: ignore[arg-type]
        return runner.call(timeout=2.0)


@pytest.mark.parametrize("name", CALLS)
def test_calls_no_kernel_needs_are_fatal_and_named(name: str, level: Isolation):
    includes = "#include <signal.h>\n#include <sys/mman.h>\n#include <sys/socket.h>\n"
    source = f"{includes}{HEAD} {{ {CALLS[name]} for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0; }}"
    outcome = run(source, level)
    assert (outcome.kind, outcome.signal) == ("forbidden", signal.SIGSYS)
    diagnosed = run(source, level, diagnose=True)
    assert diagnosed.kind == "forbidden"
    assert diagnosed.syscall is not None


@pytest.mark.parametrize("hook", ["__attribute__((constructor)) static void c(void)", HEAD])
def test_forbidden_in_a_constructor_too(hook: str, level: Isolation):
    source = f"#include <sys/socket.h>\n{hook} {{ socket(2, 1, 0); }}\n" + (RELU if "constructor" in hook else "")
    assert run(source, level).kind == "forbidden"


def test_what_honest_runtimes_do_is_allowed(level: Isolation):
    source = f"""
    #include <pthread.h>
    #include <sched.h>
    #include <sys/mman.h>
    #include <time.h>
    static void* work(void* p) {{ *(int*)p = 1; return 0; }}
    {HEAD} {{
      int done = 0; pthread_t t; pthread_create(&t, 0, work, &done); pthread_join(t, 0);
      void* p = mmap(0, 1 << 22, 3, 0x22, -1, 0); madvise(p, 1 << 22, 14); memset(p, 1, 1 << 22); munmap(p, 1 << 22);
      void* q = malloc(8 << 20); q = realloc(q, 64 << 20); free(q);
      struct timespec ts; clock_gettime(CLOCK_MONOTONIC, &ts);
      cpu_set_t c; sched_getaffinity(0, sizeof c, &c); sched_setaffinity(0, sizeof c, &c);
      y[0] = done; }}"""
    arena = relu_arena()
    with Runner.start(shared_object(source, "-pthread"), "km_relu", arena, level=level, threads=1) as runner:
        assert runner.call().ok
        assert arena.view(0, 1, runner.outputs)[0] == 1


@pytest.mark.parametrize("flags", [("-fopenmp",), ("-fopenmp", "clang-22")])
def test_openmp_runs_filtered(flags: tuple[str, ...], level: Isolation):
    import shutil

    if "clang-22" in flags and not shutil.which("clang-22"):
        pytest.skip("clang-22 is not installed")
    source = f"#include <omp.h>\n{HEAD} {{ int t = 0;\n#pragma omp parallel num_threads(2) reduction(+:t)\n t += 1;\n y[0] = t; }}"
    arena = relu_arena()
    code = shared_object(source, *(f for f in flags if f.startswith("-")), cc=flags[-1] if flags[-1][0] != "-" else "gcc")
    with Runner.start(code, "km_relu", arena, level=level, threads=2) as runner:
        outcome = runner.call()
        assert outcome.ok, (outcome, runner.said())
        assert arena.view(0, 1, runner.outputs)[0] == 2


@pytest.mark.parametrize("mode", [Mode.END, Mode.EXACT, Mode.START])
@pytest.mark.parametrize("access", ["y[{0}] = 1;", "y[0] = x[{0}];"])
def test_both_ends_are_guarded(mode: Mode, access: str, level: Isolation):
    index = {Mode.END: "(n + 15) / 16 * 16", Mode.EXACT: "n", Mode.START: "-1"}[mode]
    outcome = run(f"{HEAD} {{ {access.format(index)} }}", level, arena=relu_arena(n=1000, mode=mode))
    assert (outcome.kind, outcome.signal) == ("crash", signal.SIGSEGV)
    assert outcome.set_index == 0


@pytest.mark.parametrize(
    ("mode", "index"), [(Mode.PACKED, "n"), (Mode.PACKED, "n + 15"), (Mode.END, "-1"), (Mode.END, "n"), (Mode.START, "n")]
)
def test_canaries_see_the_rest(mode: Mode, index: str):
    arena = relu_arena(n=1001, mode=mode)
    with Runner.start(shared_object(f"{HEAD} {{ y[0] = 1; if (x[0] > -500) y[{index}] = 1; }}"), "km_relu", arena) as runner:
        arena.set_canaries(runner.outputs, seed=99)
        assert arena.damaged(runner.outputs, seed=99) is None
        runner.call([0])
        assert arena.damaged(runner.outputs, seed=99) is None
        runner.call([1])
        assert arena.damaged(runner.outputs, seed=99) == (1, 1)


def test_unwritten_elements_keep_their_poison():
    arena = relu_arena(n=1000)
    with Runner.start(shared_object(f"{HEAD} {{ for (int64_t i = 0; i < n - 3; i++) y[i] = x[i]; }}"), "km_relu", arena) as runner:
        poison = arena.poison(runner.outputs, seed=5)
        assert np.isnan(arena.view(0, 1, runner.outputs)).all()
        runner.call()
        assert arena.poison_left(runner.outputs, poison, 0, 1) == 3


def test_the_judge_chooses_the_cores(level: Isolation):
    """Changing the mask answers yes and does nothing."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")
    source = f"""
    #include <sched.h>
    {HEAD} {{ cpu_set_t c; memset(&c, 255, sizeof c); y[0] = sched_setaffinity(0, sizeof c, &c); sched_getaffinity(0, sizeof c, &c);
      y[1] = CPU_COUNT(&c); }}"""
    arena = relu_arena()
    with Runner.start(shared_object(source), "km_relu", arena, level=level) as runner:
        os.sched_setaffinity(runner.pid, {min(os.sched_getaffinity(0))})
        assert runner.call().ok
        assert list(arena.view(0, 1, runner.outputs)[:2]) == [0, 1]


def test_an_endless_loop_is_ended(level: Isolation):
    began = time.monotonic()
    with Runner.start(shared_object(f'{HEAD} {{ for (;;) __asm__ volatile(""); }}'), "km_relu", relu_arena(), level=level) as runner:
        assert runner.call(timeout=0.2).kind == "timeout"
    assert time.monotonic() - began < 1.5


def test_a_kernel_that_stops_itself_is_a_bad_kernel(level: Isolation):
    assert run(f"#include <signal.h>\n{HEAD} {{ raise(SIGSTOP); }}", level).kind == "forbidden"


def test_64_gib_of_malloc(level: Isolation):
    touch = "volatile char* p = malloc(1ul << 30); for (long k = 0; k < 1l << 30; k += 4096) p[k] = 1;"
    source = f"{HEAD} {{ for (int i = 0; i < 64; i++) {{ {touch} }} }}"
    limits = Limits(memory_bytes=256 << 20)
    assert run(source, level, limits=limits).kind == "crash"


def test_cpu_time_is_limited(level: Isolation):
    with Runner.start(
        shared_object(f'{HEAD} {{ for (;;) __asm__ volatile(""); }}'), "km_relu", relu_arena(), level=level, limits=Limits(cpu_seconds=1)
    ) as runner:
        assert runner.call(timeout=5).kind == "crash"


def test_threads_are_limited(level: Isolation):
    source = f"""
    #include <pthread.h>
    static void* wait_for_ever(void* p) {{ for (;;) pause(); return p; }}
    {HEAD} {{ pthread_t t; int k = 0; while (k < 500 && !pthread_create(&t, 0, wait_for_ever, 0)) k++; y[0] = k; }}"""
    arena = relu_arena()
    with Runner.start(shared_object(source, "-pthread"), "km_relu", arena, level=level, threads=1) as runner:
        assert runner.call().ok
        assert arena.view(0, 1, runner.outputs)[0] < 100


def test_files_are_out_of_reach(level: Isolation):
    source = f"""
    #include <fcntl.h>
    {HEAD} {{ y[0] = open("/etc/passwd", O_RDONLY) >= 0; y[1] = open("/usr/lib/os-release", O_RDONLY) >= 0;
      y[2] = open("/tmp/kernelmill-hostile", O_CREAT | O_WRONLY, 0600) >= 0; y[3] = open("/proc/self/mem", O_RDWR) >= 0; }}"""
    arena = relu_arena()
    with Runner.start(shared_object(source), "km_relu", arena, level=level) as runner:
        assert runner.call().ok
        assert list(arena.view(0, 1, runner.outputs)[:4]) == [0, 0, 0, 0]


def test_no_descriptor_of_the_judge_is_inherited(level: Isolation):
    source = f"{HEAD} {{ int k = 0; for (int i = 3; i < 4096; i++) k += lseek(i, 0, 1) != -1; y[0] = k; }}"
    listener = socket.socket()
    arena = relu_arena()
    with Runner.start(shared_object(source), "km_relu", arena, level=level) as runner:
        assert runner.call().ok
        assert arena.view(0, 1, runner.outputs)[0] == 0
    listener.close()


def test_printing_without_end_is_cut(level: Isolation):
    with Runner.start(
        shared_object(f"#include <stdio.h>\n{HEAD} {{ for (int i = 0; i < 1000000; i++) puts(\"spam\"); fflush(stdout); y[0] = 1; }}"),
        "km_relu", relu_arena(), level=level,
    ) as runner:  # fmt: skip
        runner.call()
        assert len(runner.said()) <= 4000


@pytest.mark.parametrize("ending", ["_exit(0);", "exit(0);", "abort();", "__builtin_trap();", "*(volatile int*)0 = 0;"])
def test_leaving_is_no_answer(ending: str, level: Isolation):
    assert run(f"{HEAD} {{ {ending} }}", level).kind in ("exit", "crash")


def test_a_scribbled_control_page_harms_nobody_but_the_scribbler(level: Isolation):
    """The candidate finds the control page and fills it with As: the judge uses no address, size or index in it."""
    source = f"""
    #include <sys/mman.h>
    static int readable(void* p) {{ unsigned char v; return mincore(p, 4096, &v) == 0; }}
    {HEAD} {{
      uintptr_t near = (uintptr_t)mmap(0, 4096, 3, 0x22, -1, 0);
      for (uintptr_t p = near - (64ul << 20); p < near + (64ul << 20); p += 4096)
        if (readable((void*)p) && *(uint32_t*)p == 0x6b6d6a31) {{ y[0] = 1; memset((void*)p, 65, 4096); return; }} }}"""
    arena = relu_arena()
    with Runner.start(shared_object(source), "km_relu", arena, level=level) as runner:
        runner.call(timeout=0.5)
        assert arena.view(0, 1, runner.outputs)[0] == 1
        for _ in range(3):
            runner.call(timeout=0.5)
        runner.pair(0, 1, timeout=0.5)
    with Runner.start(shared_object(RELU), "km_relu", arena, level=level) as runner:
        assert runner.call().ok


def test_more_calls_than_sets_is_a_bad_request():
    with Runner.start(shared_object(RELU), "km_relu", relu_arena(sets=3)) as runner, pytest.raises(ValueError, match="3 sets"):
        runner.call([0, 1, 2, 0])
