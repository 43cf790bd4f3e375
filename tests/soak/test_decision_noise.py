"""Decisions while a second process loads the cores at random: a loaded machine may cost power, never truth.

As many decisions per kernel as in `test_decision_rates` (KERNELMILL_SOAK_DECISIONS), each with a time limit, so that the whole is bounded.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_decision_rates import DECISIONS, KERNELS, Kernel, row

from kernelmill.judge.decision import Decision, Protocol, decide

BOUNDED = Protocol(seconds=20.0)

# One process per core: bursts of 1 to 40 ms on a core of its choice, half of them arithmetic and half memory traffic, pauses as long.
LOAD = """
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
int main(int argc, char **argv) {
  int cores = atoi(argv[1]);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int c = 1; c < cores; c++) if (fork() == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); break; }
  srand((unsigned)getpid());
  enum { WORDS = 1 << 22 };
  volatile uint64_t *memory = calloc(WORDS, 8), sink = 0;
  for (;;) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(rand() % cores, &one);
    sched_setaffinity(0, sizeof one, &one);
    double end = now() + 1e-3 * (1 + rand() % 40);
    if (rand() % 2) while (now() < end) for (int i = 0; i < 1000; i++) sink += i * sink;
    else for (uint64_t i = 0; now() < end;) for (int k = 0; k < 1000; k++, i += 8) memory[i % WORDS] += i;
    usleep(1000 * (1 + rand() % 40));
  }
}
"""


@contextlib.contextmanager
def random_load() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "load"
        subprocess.run(["gcc", "-O2", "-x", "c", "-", "-o", str(program)], input=LOAD, text=True, check=True, timeout=60)
        running = subprocess.Popen([str(program), str(len(os.sched_getaffinity(0)))], start_new_session=True)
        try:
            time.sleep(0.2)
            yield
        finally:
            running.kill()
            running.wait()


def decisions(kernel: Kernel, extra: int, count: int) -> list[Decision]:
    baseline, candidate = kernel.arm("baseline", extra), kernel.arm("candidate", 0)
    return [
        decide(kernel.subject(), baseline, candidate, threads=kernel.threads, seed=7000 + 100 * extra + i, protocol=BOUNDED)
        for i in range(count)
    ]


@pytest.mark.soak
def test_under_random_load_no_gain_is_made_up_and_true_ones_are_found(capsys: pytest.CaptureFixture[str]):
    false = total = found = asked = 0
    with capsys.disabled(), random_load():
        print()
        for kernel in KERNELS:
            began = time.monotonic()
            same = decisions(kernel, 0, DECISIONS)
            row(kernel, 0, same, began)
            false, total = false + sum(d.faster for d in same), total + len(same)
            began = time.monotonic()
            lighter = decisions(kernel, 10, max(1, DECISIONS // 3))
            row(kernel, 10, lighter, began)
            found, asked = found + sum(d.faster for d in lighter), asked + len(lighter)
        print(f"under load: {false} false FASTER in {total} A/A decisions, {found} of {asked} true 10 % gains found", flush=True)
    assert false <= max(1, total // 300)
    assert found >= asked / 2
