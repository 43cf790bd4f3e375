"""Ten SIGKILLs of the real command at random moments, two of them while a compiler runs and two while the machine's lock is held for
timing; then the run goes on and ends. Nothing that was printed is lost, nothing counts twice, nothing stays behind."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernelmill.archive.chain import verify
from kernelmill.archive.store import Archive

BUDGET = 80
MOMENTS = ("compiling", "timing", "any", "any", "any", "compiling", "any", "timing", "any", "any")
COMPILERS = ("cc1plus", "cc1", "clang", "clang++", "clang-22", "clang++-22", "g++", "as", "ld.lld")
LINE = re.compile(r"^\s*\d+ (\w+) \w+ (\w{16}) record (\w{16})")


def descendants(pid: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]), []).append(int(entry.name))
            except (OSError, IndexError):
                continue
    todo = [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        todo += below
        yield from below


def is_compiling(pid: int) -> bool:
    for child in descendants(pid):
        try:
            if Path(f"/proc/{child}/comm").read_text().strip() in COMPILERS:
                return True
        except OSError:
            continue
    return False


def is_timing(pid: int) -> bool:
    """The machine's lock is held alone, by nobody else: the test needs an idle machine anyway."""
    inode = str(os.stat("/tmp/kernelmill.lock").st_ino) if Path("/tmp/kernelmill.lock").exists() else "-"
    return any(inode in line and "WRITE" in line and "->" not in line for line in Path("/proc/locks").read_text().splitlines())


def ours(home: Path) -> list[str]:
    """Processes that have this run's folder in their command or environment, and their commands."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if str(home).encode() in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.soak
def test_ten_kills_of_the_real_command(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir()
    env = os.environ | {"KERNELMILL_HOME": str(home), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "kernelmill", "optimize", "normalization/layer_norm", "--profile", "ci", "--json"]
    command += ["--budget", f"{BUDGET}evals", "--baselines", "eager"]
    mounts = Path("/proc/mounts").read_text()
    draw = random.Random(20)
    printed: list[tuple[str, str, str]] = []
    killed: list[str] = []
    resume: list[str] = []
    answer = ""
    for attempt in range(len(MOMENTS) + 5):
        child = subprocess.Popen([*command, *resume], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stderr is not None and child.stdout is not None
        wanted = MOMENTS[len(killed)] if len(killed) < len(MOMENTS) else ""
        after = draw.randrange(1, 6)
        for line in child.stderr:
            if found := LINE.match(line):
                printed.append((found[1], found[2], found[3]))
                after -= 1
            if wanted and after <= 0:
                if wanted == "any":
                    time.sleep(draw.random() * 0.3)
                happens = {"compiling": is_compiling, "timing": is_timing}.get(wanted)
                deadline = time.monotonic() + 5
                while happens and not happens(child.pid) and time.monotonic() < deadline:
                    time.sleep(0.001)
                if happens and time.monotonic() >= deadline:
                    continue
                child.send_signal(signal.SIGKILL)
                killed.append(wanted)
                wanted = ""
        answer = child.stdout.read()
        status = child.wait(120)
        print(f"attempt {attempt}: ended with {status}, kills {killed}, lines printed {len(printed)}")
        resume = ["--resume"]
        if status >= 0:
            break
    assert killed == list(MOMENTS), killed
    assert json.loads(answer)["status"] in ("CORRECT", "FASTER")
    with Archive(home / "archive.db") as archive:
        (run,) = archive.runs()
        assert run.state == "done" and run.result is not None
        records = archive.records(run=run.id)
        known = {(r.tier, r.candidate.id, r.hash[:16]) for r in records}
        assert {p for p in printed if p not in known} == set()
        screens = [r.candidate.id for r in records if r.tier == "screen"]
        assert len(screens) == len(set(screens))
        budget = run.result["budget"]["evaluations"]
        assert budget["used"] + budget["left"] == BUDGET and budget["used"] == len(screens)
    assert verify(home / "archive.db").ok
    deadline = time.monotonic() + 10
    while (left := ours(home)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not left
    assert Path("/proc/mounts").read_text() == mounts
    # torch makes an empty folder of its own there when it is imported
    files = sorted(str(p.relative_to(temporary)) for p in temporary.rglob("*") if not p.name.startswith("torchinductor_"))
    print(f"{len(printed)} lines printed, {len(records)} records, budget {budget}, files left {files}")
    assert not files
