"""Compile a printed program and call it on numpy arrays."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernelmill.mill import Program, print_c
from kernelmill.mill.print_c import entry_name

FLAGS = ["-O2", "-march=native", "-fopenmp", "-shared", "-fPIC", "-x", "c++"]
COMPILERS = {"gcc": "g++", "clang": "clang++-22"}
_folder = Path(tempfile.mkdtemp(prefix="mill_tests_"))


def library(source: str, compiler: str = "gcc", flags: tuple[str, ...] = (), objects: bool = False) -> ctypes.CDLL:
    """The shared library of a source (`objects`: flags name files to link); skips the test if the compiler is missing."""
    tool = shutil.which(COMPILERS[compiler])
    if tool is None:
        pytest.skip(f"{COMPILERS[compiler]} is not installed")
    name = hashlib.sha256((source + compiler + " ".join(flags)).encode()).hexdigest()[:20]
    path = _folder / f"{name}.so"
    if not path.exists():
        options = ["-", "-x", "none", *flags] if objects else [*flags, "-"]
        command = [tool, *FLAGS, *options, "-o", str(path), "-lm"]
        done = subprocess.run(command, input=source, text=True, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, f"{done.stderr[:4000]}\n{source}"
    return ctypes.CDLL(str(path))


def call(program: Program, arrays: dict[str, np.ndarray], axes: dict[str, int], scalars: dict[str, Any] | None = None,
         compiler: str = "gcc") -> None:  # fmt: skip
    """Run the compiled program on arrays, in place; 64 bytes after each array must stay as they were."""
    lib = library(print_c(program), compiler)
    name = entry_name(program.name)
    guarded = {k: _guard(v) for k, v in arrays.items()}
    args: list[Any] = [ctypes.c_void_p(guarded[b.name][0].ctypes.data) for b in program.params]
    args += [ctypes.c_int64(axes[a]) for a in program.axes]
    kinds = {"f64": ctypes.c_double, "i64": ctypes.c_int64, "bool": ctypes.c_uint8}
    args += [kinds[s.dtype]((scalars or {})[s.name]) for s in program.scalars]
    if hasattr(lib, f"{name}_workspace"):
        size = getattr(lib, f"{name}_workspace")
        size.restype = ctypes.c_int64
        block = np.full(size(*[ctypes.c_int64(axes[a]) for a in program.axes]) + 128, 0xFF, np.uint8)
        args.append(ctypes.c_void_p((block.ctypes.data + 63) // 64 * 64))
    getattr(lib, name)(*args)
    for key, (data, whole) in guarded.items():
        assert (whole[data.nbytes :] == 0xA5).all(), f"{key}: written past its end"
        arrays[key][...] = data


def _guard(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    raw = np.full(array.nbytes + 128, 0xA5, np.uint8)
    start = -raw.ctypes.data % 64
    whole = raw[start : start + array.nbytes + 64]
    data = whole[: array.nbytes].view(array.dtype).reshape(array.shape)
    data[...] = array
    return data, whole
