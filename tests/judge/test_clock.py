"""Load, cores and the lock of the machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time

from kernelmill.judge.clock import LoadMeter, machine_lock, pinned, some_cores


def test_own_work_is_not_foreign():
    meter, end, spent = LoadMeter(), time.monotonic() + 0.4, time.process_time()
    while time.monotonic() < end:
        pass
    load = meter.read()
    spent = time.process_time() - spent
    assert load.seconds >= 0.4
    assert load.foreign < (os.cpu_count() or 1) - spent / load.seconds + 0.15


def test_foreign_work_is_seen():
    meter = LoadMeter()
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(0.6)
        assert meter.read().foreign > 0.3
    finally:
        other.kill()
        other.wait()


def test_pinning_is_undone():
    before = os.sched_getaffinity(0)
    cores = some_cores(1, random.Random(1))
    assert len(cores) == 1
    assert some_cores(10_000, random.Random(1)) == before
    with pinned(cores):
        assert os.sched_getaffinity(0) == cores
    assert os.sched_getaffinity(0) == before


def test_timed_sections_exclude_everything_and_others_share():
    log: list[str] = []

    def hold(name: str, timed: bool) -> None:
        with machine_lock(timed=timed):
            log.append(f"+{name}")
            time.sleep(0.05)
            log.append(f"-{name}")

    threads = [threading.Thread(target=hold, args=(n, n.startswith("t"))) for n in ("a", "t1", "b", "t2", "c")]
    for t in threads:
        t.start()
        time.sleep(0.005)
    for t in threads:
        t.join()
    for name in ("t1", "t2"):
        at = log.index(f"+{name}")
        assert log[at + 1] == f"-{name}"
        assert sum(1 if e[0] == "+" else -1 for e in log[:at]) == 0


def test_a_dead_holder_lets_go():
    script = (
        "from kernelmill.judge.clock import machine_lock\nimport time\nwith machine_lock(timed=True): print(flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with machine_lock(timed=True) as waited:
        assert waited < 5
