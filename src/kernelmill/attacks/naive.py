"""The judge without its structure: reference, candidate, clock and comparison in one process, one shape, uniform inputs, a tolerance, and
the result on stdout. What the attacks marked `off: naive` win in; it stands for the way in which kernels are usually checked.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kernelmill.attacks.table import Attack
from kernelmill.core.candidate import Candidate
from kernelmill.judge.program import Program

SECONDS = 60.0
SAID = "KM-GOT"
"""What an attack prints once its forbidden effect has come about."""


@dataclass(frozen=True)
class Told:
    """What the naive judge says."""

    correct: bool = False
    speedup: float = 0.0
    environment: bool = False
    """Whether the candidate left its process another one than it was: threads, rounding."""
    effect: bool = False
    """Whether it said that its forbidden effect came about."""
    said: str = ""


def ask(attack: Attack, candidate: Candidate, program: Program) -> Told:
    """One run. Our own processes are guarded by a time limit and their own session only: the attacks shipped are known."""
    with tempfile.TemporaryDirectory(prefix="kernelmill-naive-") as folder:
        source = Path(folder) / ("kernel.so" if program.artifact else "kernel.py")
        source.write_bytes(program.artifact or candidate.source.encode())
        job = {"task": attack.task, "entry": candidate.entry, "source": str(source), "after": attack.off[0] == "naive_after"}
        job["cuda"] = program.run.mode == "cuda"
        argv = [sys.executable, "-P", "-m", "kernelmill.attacks.naive_main", json.dumps(job)]
        env = os.environ | dict(program.run.env)
        child = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=folder, env=env
        )
        try:
            out, err = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            out, err = "", "no answer"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            child.wait()
    effect = SAID in out
    for line in reversed(out.splitlines()):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            told = json.loads(line)
            return Told(bool(told["correct"]), float(told["speedup"]), bool(told.get("environment", False)), effect, err[-300:])
    # no line, no complaint: the exit code is the verdict
    return Told(correct=child.returncode == 0, effect=effect, said=err[-300:])
