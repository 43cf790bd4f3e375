"""What a person reads before writing a kernel, for tasks of each kind: golden text that a C and a C++ compiler accept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kernelmill.core.signature import c_header, python_header
from kernelmill.tasks import get, tasks
from kernelmill.tasks.files import load_file

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["activation/elu", "normalization/group_norm", "optimizer/adam", "loss/cross_entropy", "reduction/argmax"])
def test_native_headers(golden: Callable[[str, str], None], name: str) -> None:
    task = get(name)
    golden(f"{task.op}.h", c_header(task))
    golden(f"{task.op}.py.txt", python_header(task))


def test_file_header(golden: Callable[[str, str], None]) -> None:
    golden("conv_bn.h", c_header(load_file(EXAMPLES / "conv_bn.py", dynamic=["batch"])))


def test_headers_show_no_function_of_the_judge() -> None:
    for task in tasks("native"):
        assert "_shadow" not in c_header(task)
        assert "_eager" not in c_header(task)
        assert f"def {task.reference.entry}(" in c_header(task)


@pytest.mark.parametrize(("compiler", "suffix"), [("gcc", "c"), ("g++", "cpp")])
def test_headers_compile(tmp_path: Path, compiler: str, suffix: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    source = tmp_path / f"all.{suffix}"
    source.write_text("\n".join(c_header(t) for t in tasks("native")))
    command = [compiler, "-Wall", "-Werror", "-fsyntax-only", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
