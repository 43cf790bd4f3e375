"""Runs every float32 through every vector function of `kernelmill.mill.vmath` and prints the largest error in ulp.

    python benchmarks/check_vmath.py [--compiler g++] [--step 1] [NAME...]

With --step 1 this is all 2^32 inputs of each function (a few minutes); the reference is double-precision libm.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kernelmill.mill import vmath
from kernelmill.mill.vmath_check import reference, source


def build(folder: Path, names: list[str], compiler: str) -> ctypes.CDLL:
    """Compile the check and its reference."""
    (folder / "check.cpp").write_text(source(names))
    (folder / "reference.c").write_text(reference(names))
    flags = ["-O2", "-march=native", "-fPIC", "-Wno-psabi"]
    subprocess.run(["gcc", *flags, "-Ofast", "-c", "reference.c", "-o", "reference.o"], cwd=folder, check=True)
    subprocess.run([compiler, *flags, "-shared", "check.cpp", "reference.o", "-o", "check.so", "-lmvec", "-lm"], cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "check.so"))


def main() -> int:
    """Print one line per function; exit code 1 if one is above 4 ulp."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(vmath.names()))
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--step", type=int, default=1)
    args = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as text:
        lib = build(Path(text), args.names, args.compiler)
        for name in args.names:
            check = getattr(lib, f"check_{name}")
            check.restype = ctypes.c_double
            check.argtypes = [ctypes.c_uint64] * 3 + [ctypes.POINTER(ctypes.c_float)]
            worst, start = ctypes.c_float(), time.perf_counter()
            error = check(0, 1 << 32, args.step, ctypes.byref(worst))
            bad += error > 4
            print(f"{name:10} {error:.4g} ulp at {worst.value!r} ({time.perf_counter() - start:.0f} s)", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
