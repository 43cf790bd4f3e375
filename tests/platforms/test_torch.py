from __future__ import annotations

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.platforms import platform
from kernelmill.platforms.torch import Torch


def candidate(source: str, name: str = "kernel.py", entry: str = "km_vadd") -> Candidate:
    return Candidate("broadcast/vadd", "torch", ((name, source),), entry)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("import torch\nfrom torch.utils.cpp_extension import load_inline\n", "2: imports torch.utils.cpp_extension.load_inline"),
        ("from torch.utils import cpp_extension\n", "cpp_extension"),
        ("def f():\n    import ctypes\n", "2: imports ctypes"),
        ("import triton.language as tl\n", "triton"),
        ("from kernelmill.judge import clock\n", "kernelmill"),
    ],
)
def test_refused_imports(source: str, part: str, vadd: Task) -> None:
    assert part in platform("torch").refuse(candidate(source), vadd)


def test_plain_candidates_pass(vadd: Task) -> None:
    assert platform("torch").refuse(candidate("import torch, math\n# import ctypes\ndef km_vadd(x, y): return x + y\n"), vadd) == ""
    assert platform("torch").refuse(candidate("def broken(:\n"), vadd) == ""  # the runner reports it, as a compile error


@pytest.mark.parametrize(("name", "entry"), [("kernel.cpp", "km_vadd"), ("a/b.py", "km_vadd"), ("kernel.py", "a b"), ("a.b.py", "f")])
def test_refused_names(name: str, entry: str, vadd: Task) -> None:
    assert platform("torch").refuse(candidate("", name, entry), vadd) != ""


def test_uses_names_the_operators() -> None:
    torch = Torch()
    assert torch.uses(candidate("import torch\nimport torch.nn.functional as F\ny = F.gelu(torch.softmax(x, 1)) + x.relu()\n")) == (
        "F.gelu",
        "torch.softmax",
    )


def test_options() -> None:
    assert platform("torch{mode=compile,threads=1}").spec == "torch{mode=compile,threads=1}"
    with pytest.raises(UserError, match="eager"):
        platform("torch{mode=jit}")


def test_runs_in_a_torch_runner(vadd: Task) -> None:
    run = platform("torch{mode=compile,threads=1}").run(vadd)
    assert (run.kind, run.threads, run.clock) == ("torch", 1, "cpu")
    assert dict(run.env)["KERNELMILL_TORCH_MODE"] == "compile"
