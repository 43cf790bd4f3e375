"""An export is built, imported in a fresh process, and compared with torch there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles import FakeJudge

from kernelmill.archive.store import Archive
from kernelmill.authors.scripted import Scripted
from kernelmill.core.candidate import Candidate
from kernelmill.platforms import PLATFORMS
from kernelmill.search.deliver import deliver
from kernelmill.search.deliver.axes import solve
from kernelmill.search.optimize import Request, optimize
from kernelmill.tasks import get

pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")

RELU = """#include <stdint.h>
void km_relu(const float* x, float* y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;
}
"""
SWIGLU = """#include <stdint.h>
#include <math.h>
int64_t km_swiglu_workspace(int64_t N, int64_t M) { return M * 4; }
void km_swiglu(const float* x, float* y, int64_t N, int64_t M, void* workspace) {
  float* row = workspace;
  for (int64_t i = 0; i < N; i++) {
    for (int64_t j = 0; j < M; j++) row[j] = x[2 * i * M + j] / (1 + expf(-x[2 * i * M + j]));
    for (int64_t j = 0; j < M; j++) y[i * M + j] = row[j] * x[2 * i * M + M + j];
  }
}
"""
SGD = """#include <stdint.h>
void km_sgd_momentum(const float* grad, float* param, float* momentum, int64_t N, double lr, double mu) {
  for (int64_t i = 0; i < N; i++) { momentum[i] = mu * momentum[i] + grad[i]; param[i] -= lr * momentum[i]; }
}
"""
DOT = """#include <stdint.h>
void km_dot(const float* x, const float* y, float* result, int64_t N) {
  double s = 0;
  for (int64_t i = 0; i < N; i++) s += (double)x[i] * y[i];
  *result = s;
}
"""


def export(tmp_path: Path, task_name: str, source: str, requires: tuple[str, ...] = ()) -> Path:
    task = get(task_name)
    candidate = Candidate(task.name, "x86", ((f"{task.entry}.c", "/* speed=2.0 */ " + source),), task.entry, requires=requires)
    with Archive(tmp_path / "archive.db") as archive:
        request = Request(task_name, "x86", "ci", budget="1evals")
        result = optimize(request, archive, opener=FakeJudge, author=Scripted(candidates=(candidate,)))
        deliver(archive.get(result["record"]), archive, tmp_path / "export")
    return tmp_path / "export"


def python(folder: Path, code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=300, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_relu(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    folder = export(tmp_path, "activation/relu", RELU, requires=("N % 2 == 0",))
    assert {p.name for p in folder.iterdir()} >= {
        "km_relu.c", "kernelmill_task.h", "libkm_relu.so", "Makefile", "km_relu.py", "km_relu_reference.py", "evidence.json", "README.md",
    }  # fmt: skip
    found = json.loads((folder / "evidence.json").read_text())
    assert [r["tier"] for r in found["records"]] == ["screen", "verdict", "confirmation"]
    assert found["record"] == found["records"][-1]["hash"]
    python(
        folder,
        """
import torch, km_relu
from km_relu import relu, covers
x = torch.randn(1000)
assert torch.equal(relu(x), torch.relu(x))
assert covers(x) and not covers(x[:999]) and not covers(x.double()) and not covers(x.reshape(10, 100))
for odd in (x[:999], x[::2], x[1:], x[3:], x.double(), x.reshape(10, 100), x[:0]):     # strided, unaligned, and what is not covered
    assert torch.equal(relu(odd), torch.relu(odd)), odd.shape
needs = x.clone().requires_grad_()
try:
    relu(needs)
    raise SystemExit("took a tensor that requires grad")
except RuntimeError as error:
    assert "no backward" in str(error), error
with torch.no_grad():
    assert torch.equal(relu(needs), torch.relu(x))
from torch._subclasses.fake_tensor import FakeTensorMode
with FakeTensorMode():
    assert relu(torch.empty(12)).shape == (12,)
torch.library.opcheck(km_relu._operator, (x,), test_utils=("test_schema", "test_faketensor"))
""",
    )
    text = (folder / "km_relu.py").read_text()
    machine = PLATFORMS.make("x86").machine()
    kept = text.replace(machine.name, "MACHINE").replace(json.dumps(machine.isa), '["isa"]')
    golden("km_relu.py", "\n".join("RECORD = ..." if line.startswith("RECORD") else line for line in kept.splitlines()) + "\n")


def test_torch_compile_keeps_the_operator_whole(tmp_path: Path) -> None:
    folder = export(tmp_path, "activation/relu", RELU)
    python(
        folder,
        """
import torch
from km_relu import relu
seen = []
def backend(graph, inputs):
    seen.extend(str(n.target) for n in graph.graph.nodes if n.op == "call_function")
    return graph
f = torch.compile(lambda x: relu(x) + 1, backend=backend, fullgraph=True)
x = torch.randn(64)
assert torch.equal(f(x), torch.relu(x) + 1)
assert any("kernelmill.relu" in s for s in seen), seen
""",
    )


def test_a_formula_over_an_axis_and_a_workspace(tmp_path: Path) -> None:
    folder = export(tmp_path, "fused/swiglu", SWIGLU)
    python(
        folder,
        """
import torch, torch.nn.functional as F
from km_swiglu import swiglu, covers
for n, m in ((3, 5), (1, 16), (0, 4), (200, 333)):
    x = torch.randn(n, 2 * m)
    gate, up = x.chunk(2, -1)
    assert covers(x)
    torch.testing.assert_close(swiglu(x), F.silu(gate) * up)
assert not covers(torch.randn(3, 7))
""",
    )


def test_in_place(tmp_path: Path) -> None:
    folder = export(tmp_path, "optimizer/sgd_momentum", SGD)
    task = get("optimizer/sgd_momentum")
    scalars: dict[str, Any] = {s.name: s.value for s in task.scalars}
    python(
        folder,
        f"""
import torch
from km_sgd_momentum import sgd_momentum, covers
import km_sgd_momentum_reference as reference
assert {scalars!r}
for cut in (slice(None), slice(1, None), slice(None, None, 2)):
    grad, param, momentum = (torch.randn(501)[cut] for _ in range(3))
    want = reference.compute(grad, param.clone(), momentum.clone())
    assert covers(grad, param, momentum)
    assert sgd_momentum(grad, param, momentum) is None
    torch.testing.assert_close(param, want[0])
    torch.testing.assert_close(momentum, want[1])
same = torch.randn(8)
assert not covers(same, same, torch.randn(8))
d = [torch.randn(9, dtype=torch.float64) for _ in range(3)]
want = reference.compute(d[0], d[1].clone(), d[2].clone())
sgd_momentum(*d)
torch.testing.assert_close(d[1], want[0])
""",
    )


def test_a_single_element_result(tmp_path: Path) -> None:
    folder = export(tmp_path, "blas1/dot", DOT)
    python(
        folder,
        """
import torch
from km_dot import dot
x, y = torch.randn(1000), torch.randn(1000)
found = dot(x, y)
assert found.shape == ()
torch.testing.assert_close(found, torch.dot(x, y))
""",
    )


def test_a_machine_without_the_isa_gets_the_reference(tmp_path: Path) -> None:
    folder = export(tmp_path, "activation/relu", RELU)
    path = folder / "km_relu.py"
    lines = [('ISA = ["no_such_isa"]' if line.startswith("ISA = ") else line) for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")
    python(folder, "import torch; from km_relu import relu, covers; x = torch.randn(9); assert not covers(x); assert relu(x).min() >= 0")


@pytest.mark.parametrize(
    ("dim", "want"), [("2*M", "s // 2"), ("M + 3", "(s - 3)"), ("3*M - 1", "(s - -1) // 3"), ("M // 2", None), ("M*M", None), ("4", None)]
)
def test_solving_a_dimension_for_its_axis(dim: str, want: str | None) -> None:
    assert solve(dim, "s", "M") == want
