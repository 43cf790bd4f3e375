from __future__ import annotations

import ctypes
import math
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kernelmill.core import formula
from kernelmill.core.task import Task
from kernelmill.platforms import arms, compilers, machine, peaks, peaks_store, platform

from .conftest import Build

needs_compiler = pytest.mark.skipif(not compilers.compilers(), reason="no C++ compiler here")


@needs_compiler
def test_measured_peaks_are_plausible_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERNELMILL_HOME", str(tmp_path))
    assert peaks.stored() == {}
    assert platform("x86").machine().peaks == {}
    data = peaks.measure(seconds=0.01, megabytes=4)
    assert set(data["peaks"]) == {f"{q}_{n}" for q in peaks.QUANTITIES for n in ("1", "all")}
    assert all(data["peaks"][k] >= data["median"][k] > 1e8 for k in data["peaks"])
    assert data["peaks"]["flops_f32_1"] < 1e13
    assert peaks.stored()["peaks"] == platform("x86").machine().peaks == data["peaks"]


def test_a_damaged_file_counts_as_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERNELMILL_HOME", str(tmp_path))
    (tmp_path / f"peaks-{machine.identity(machine.detect())}.json").write_text('{"peaks": ')
    assert peaks_store.load(machine.identity(machine.detect())) == {}


@pytest.mark.parametrize("which", ["vadd", "step"])
def test_printed_arms(which: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    task: Task = request.getfixturevalue(which)
    golden(f"{which}.twin.c", arms.byte_twin(task, task.sizes("ci")).source)
    golden(f"{which}.fma.c", arms.fma_arm(task).source)


@needs_compiler
@pytest.mark.parametrize("cc", ["clang", "gcc"])
@pytest.mark.parametrize("nontemporal", [False, True])
def test_a_twin_writes_every_output_byte_and_no_other(cc: str, nontemporal: bool, vadd: Task, build: Build, tmp_path: Path) -> None:
    if compilers.choose(cc, True) is None:
        pytest.skip(f"no {cc} here")
    x86, twin = platform(f"x86{{cc={cc}}}"), arms.byte_twin(vadd, {"N": 1 << 20}, nontemporal)
    assert x86.refuse(twin, vadd) == ""
    code, messages, artifact = build(x86, twin, vadd)
    assert code == 0, messages
    assert x86.inspect(artifact, twin, vadd) == ""
    entry = ctypes.CDLL(str(tmp_path / "kernel.so")).km_vadd
    for n in (1, 15, 16, 1000, 100_003):
        memory = (ctypes.c_uint8 * (12 * n + 192))(*b"\x5a" * (12 * n + 192))
        x = -(-ctypes.addressof(memory) // 64) * 64  # as the convention says: the base address is aligned
        first = x - ctypes.addressof(memory)
        ctypes.memset(x, 0xFF, 8 * n)
        before = bytes(memory)
        z = first + 8 * n
        entry(*(ctypes.c_void_p(p) for p in (x, x + 4 * n, x + 8 * n)), ctypes.c_int64(n))
        after = bytes(memory)
        assert set(after[z : z + 4 * n]) <= {0, 0x3F}, n
        assert (after[:z], after[z + 4 * n :]) == (before[:z], before[z + 4 * n :])


def test_the_floor_is_the_arm_that_bounds_the_task(vadd: Task) -> None:
    here = replace(machine.detect(), peaks={"flops_f32_1": 1e11, "triad_1": 1e10})

    def names(task: Task) -> list[str]:
        return [a.lineage.author for a in arms.floors(task, {"N": 1 << 20}, here, 1)]

    assert names(replace(vadd, flops="1000*N")) == ["fma_arm"]
    assert names(vadd) == ["byte_twin_nontemporal", "byte_twin"]


@needs_compiler
def test_the_fma_arm_takes_time_in_proportion(vadd: Task, build: Build, tmp_path: Path) -> None:
    x86 = platform("x86{threads=1}")
    arm = arms.fma_arm(vadd, "2*N*1000")
    assert build(x86, arm, vadd)[0] == 0
    entry = ctypes.CDLL(str(tmp_path / "kernel.so")).km_vadd

    def seconds(n: int) -> float:
        best = math.inf
        for _ in range(5):
            start = time.thread_time()
            entry(None, None, None, ctypes.c_int64(n))
            best = min(best, time.thread_time() - start)
        return best

    few, many = seconds(100_000), seconds(400_000)
    assert 2.0 < many / few < 8.0


@needs_compiler
def test_formulas_in_c_mean_the_same(tmp_path: Path) -> None:
    texts = ("2*N*M", "cdiv(N, 16)*M", "max(N, M, 7) - min(N, M)", "N//3 + M%5", "-(N - 60)*M", "7")
    axes = {"N": "n", "M": "m"}
    lines = [f"int64_t f{i}(int64_t n, int64_t m) {{ return {arms.formula_c(t, axes)}; }}" for i, t in enumerate(texts)]
    (tmp_path / "f.c").write_text("#include <stdint.h>\n" + "\n".join(lines))
    argv = [compilers.compilers()[0].path, "-x", "c", "-shared", "-fPIC", str(tmp_path / "f.c"), "-o", str(tmp_path / "f.so")]
    subprocess.run(argv, check=True, timeout=30)
    library = ctypes.CDLL(str(tmp_path / "f.so"))
    for i, text in enumerate(texts):
        function = library[f"f{i}"]
        function.restype, function.argtypes = ctypes.c_int64, (ctypes.c_int64, ctypes.c_int64)
        for n in (1, 2, 15, 16, 17, 50):
            for m in (1, 5, 31):
                assert function(n, m) == formula.evaluate(text, {"N": n, "M": m}), (text, n, m)
