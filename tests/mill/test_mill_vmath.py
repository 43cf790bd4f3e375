"""Vector functions against double precision, on every 40961st float32 (all of them: benchmarks/check_vmath.py)."""

from __future__ import annotations

import ctypes
import math
import subprocess
from pathlib import Path

import compiled
import pytest

from kernelmill.mill import vmath
from kernelmill.mill.expr import FAST_FUNCTIONS
from kernelmill.mill.vmath_check import reference, source


@pytest.fixture(scope="module", params=["gcc", "clang"])
def checks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder: Path = tmp_path_factory.mktemp("vmath")
    (folder / "reference.c").write_text(reference(vmath.names()))
    subprocess.run(["gcc", "-O2", "-fPIC", "-c", "reference.c", "-o", "reference.o"], cwd=folder, check=True, timeout=60)
    return compiled.library(source(vmath.names()), request.param, (str(folder / "reference.o"), "-Wno-psabi"), objects=True)


@pytest.mark.parametrize("name", vmath.names())
def test_error_is_at_most_what_is_stated(checks: ctypes.CDLL, name: str) -> None:
    check = getattr(checks, f"check_{name}")
    check.restype = ctypes.c_double
    check.argtypes = [ctypes.c_uint64] * 3 + [ctypes.POINTER(ctypes.c_float)]
    worst = ctypes.c_float()
    assert check(0, 1 << 32, 40961, ctypes.byref(worst)) <= vmath.MAX_ULP[name], worst.value


@pytest.mark.parametrize("name", vmath.names())
def test_special_values(checks: ctypes.CDLL, name: str) -> None:
    """Zeros, denormals, infinities, NaN, the largest and smallest numbers and their neighbours."""
    check = getattr(checks, f"check_{name}")
    check.restype = ctypes.c_double
    check.argtypes = [ctypes.c_uint64] * 3 + [ctypes.POINTER(ctypes.c_float)]
    worst = ctypes.c_float()
    edges = (0x0, 0x1, 0x7FFFFF, 0x800000, 0x3F800000, 0x42B17218, 0x7F7FFFFF, 0x7F800000, 0x7FC00000)
    for bits in (b | sign for b in edges for sign in (0, 0x80000000)):
        assert check(bits, bits + 1, 1, ctypes.byref(worst)) <= vmath.MAX_ULP[name], hex(bits)


def test_every_fast_function_has_a_stated_error_of_at_most_four_ulp() -> None:
    assert {*FAST_FUNCTIONS, "pow"} == set(vmath.names()) == set(vmath.MAX_ULP)
    assert all(0 < e <= 4 and math.isfinite(e) for e in vmath.MAX_ULP.values())
