from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kernelmill.core import signature
from kernelmill.core.task import Task
from kernelmill.platforms import compilers


def test_prototype(vadd: Task, step: Task) -> None:
    assert signature.prototype(vadd) == "void km_vadd(const float* x, const float* y, float* z, int64_t N)"
    assert signature.prototype(step, workspace=True) == (
        "void km_my_step_v2(const float* x, const float* fc_weight, const int64_t* in_, float* p, double* loss, "
        "int64_t N, int64_t x_, double lr, int64_t steps, uint8_t nesterov, void* workspace)"
    )
    assert signature.workspace_prototype(vadd) == "int64_t km_vadd_workspace(int64_t N)"


@pytest.mark.parametrize("which", ["vadd", "step"])
def test_headers(which: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    task: Task = request.getfixturevalue(which)
    golden(f"{which}.h", signature.c_header(task))
    golden(f"{which}.py.txt", signature.python_header(task))


@pytest.mark.parametrize("language", ["c", "c++"])
def test_header_compiles_cleanly(step: Task, language: str, tmp_path: Path) -> None:
    if not compilers.compilers():
        pytest.skip("no C++ compiler here")
    (tmp_path / "t.h").write_text(signature.c_header(step))
    (tmp_path / "t.c").write_text('#include "t.h"\n#include "t.h"\n')
    argv = [compilers.compilers()[0].path, "-x", language, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(tmp_path / "t.c")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
