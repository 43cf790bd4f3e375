"""The symbols of an ELF file, against what `nm` says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kernelmill.cuda.building import build
from kernelmill.cuda.symbols import symbols

SOURCE = """
static __global__ void hidden(float* p) { p[threadIdx.x] = 1; }
__global__ void seen(float* p) { p[threadIdx.x] = 2; }
static int inside(int x) { return x + 1; }
int table[4];
extern "C" int entry(float* p, int x) { hidden<<<1, 1>>>(p); seen<<<1, 1>>>(p); return inside(x) + table[0]; }
"""


def test_as_nm(tmp_path: Path, tools: object) -> None:
    nm = shutil.which("nm") or shutil.which("llvm-nm-22")
    if nm is None:
        pytest.skip("no nm")
    file, out = tmp_path / "a.cu", tmp_path / "a.so"
    file.write_text(SOURCE)
    built = build([file], out)
    lines = [
        x.split() for x in subprocess.run([nm, "--defined-only", str(out)], capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    strong = {x[2] for x in lines if len(x) == 3 and x[1] == "T"}
    assert {s.name for s in symbols(out) if s.exported} - {"_init", "_fini"} == strong - {"_init", "_fini"}
    assert "entry" in built.entries and "table" not in built.entries
    assert len(built.kernels) == 2


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no library at all")
    with pytest.raises(ValueError, match="ELF"):
        list(symbols(tmp_path / "x"))
