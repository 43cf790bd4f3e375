"""The conformance programs: each checks itself, in the fast form, on fibers, and under seeded schedules."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kernelmill.cuda.building import build

FOLDER = Path(__file__).parent / "conformance"
FILES = sorted(FOLDER.glob("*.cu"))
QUICK = FILES[::3]


def run(program: Path, **env: str) -> None:
    done = subprocess.run(
        [str(program)], capture_output=True, text=True, timeout=60, env={**os.environ, "KERNELMILL_CUDA_THREADS": "2", **env}, check=False
    )
    assert done.returncode == 0, f"{env}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("file", QUICK, ids=lambda p: p.stem)
def test_program(file: Path, tmp_path: Path, tools: object) -> None:
    program = tmp_path / "program"
    build([file], program, shared=False)
    run(program)
    run(program, KERNELMILL_CUDA_PATH="fibers")
    run(program, KERNELMILL_CUDA_SEED="3")


@pytest.mark.soak
@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_program_under_twenty_schedules(file: Path, tmp_path: Path, tools: object) -> None:
    program = tmp_path / "program"
    build([file], program, shared=False)
    run(program)
    for seed in range(1, 21):
        run(program, KERNELMILL_CUDA_SEED=str(seed))


def test_every_program_names_its_features() -> None:
    for file in FILES:
        assert file.read_text().startswith("// Features: "), file.name
