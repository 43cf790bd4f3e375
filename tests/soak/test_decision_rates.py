"""How often a decision is wrong: the same code twice, and code that does 5 or 10 % more of its own work.

Five kernels (one call of about 0.01 to 5 ms, one and two threads), `DECISIONS` decisions each. Prints a table; on a noisy machine
the power falls and says so, the false claims may not rise.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernelmill.core.task import Draw
from kernelmill.judge.decision import Arm, Decision, decide
from kernelmill.judge.decision_subject import Agreement, Subject
from kernelmill.judge.process import Buffer, Runner

DECISIONS = int(os.environ.get("KERNELMILL_SOAK_DECISIONS", "60"))

# Every kernel works on N rows; a heavier one works on more rows of its own input, whose results go to a scratch buffer.
SOURCE = """
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
static void row(const float* restrict x, float* restrict y, int64_t m) { %s }
void km_rows(const float* x, float* y, int64_t n, int64_t m) {
  static float* scratch; if (!scratch) scratch = aligned_alloc(64, (n / 8 + 8) * ((m + 15) / 16 * 16) * 4);
  int64_t rows = n + n * %d / 100;
  %s
  for (int64_t i = 0; i < rows; i++) row(x + i * m, i < n ? y + i * m : scratch + (i - n) * m, m);
}
"""
BODIES = {
    "relu": "for (int64_t j = 0; j < m; j++) y[j] = x[j] > 0 ? x[j] : 0;",
    "softmax": """float a = x[0], s = 0; for (int64_t j = 0; j < m; j++) a = fmaxf(a, x[j]);
      for (int64_t j = 0; j < m; j++) s += y[j] = expf(x[j] - a); for (int64_t j = 0; j < m; j++) y[j] /= s;""",
    "powers": "for (int64_t j = 0; j < m; j++) { float p = x[j]; for (int k = 0; k < 40; k++) p = p * x[j] + 0.5f; y[j] = p; }",
}


@dataclass(frozen=True)
class Kernel:
    name: str
    body: str
    rows: int
    columns: int
    threads: int

    def arm(self, name: str, extra: int) -> Arm:
        code = _compiled(SOURCE % (BODIES[self.body], extra, "#pragma omp parallel for" if self.threads > 1 else ""), self.threads > 1)
        return Arm(name, lambda arena, outputs: Runner.launch(code, "km_rows", arena, outputs=outputs, threads=self.threads))

    def subject(self) -> Subject:
        more = self.rows + self.rows // 8
        buffers = (Buffer("f32", (more, self.columns)), Buffer("f32", (self.rows, self.columns), "out"))
        return Subject(buffers, (self.rows, self.columns), (Draw("uniform", -1, 1), None), (None, Agreement(1e-6, 1e-5)))


KERNELS = (
    Kernel("relu 0.01 ms", "relu", 100, 512, 1),
    Kernel("softmax 0.05 ms", "softmax", 100, 512, 1),
    Kernel("powers 0.5 ms", "powers", 400, 512, 1),
    Kernel("softmax 5 ms", "softmax", 6000, 512, 1),
    Kernel("powers 0.5 ms, 2 threads", "powers", 800, 512, 2),
)


def _compiled(source: str, openmp: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "k.so"
        argv = ["gcc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-x", "c", "-", "-o", str(out), "-lm"]
        subprocess.run(argv + ["-fopenmp"] * openmp, input=source, text=True, check=True, timeout=60)
        return out.read_bytes()


def _decisions(kernel: Kernel, extra: int, count: int) -> list[Decision]:
    baseline, candidate = kernel.arm("baseline", extra), kernel.arm("candidate", 0)
    return [decide(kernel.subject(), baseline, candidate, threads=kernel.threads, seed=1000 * extra + i) for i in range(count)]


def row(kernel: Kernel, extra: int, found: list[Decision], began: float) -> None:
    outcomes = {o: sum(d.outcome == o for d in found) for o in ("faster", "not faster", "cannot tell here", "failed")}
    ratios = [d.speedup.median for d in found if d.speedup]
    ratio = f"{statistics.median(ratios):.3f}" if ratios else "none"
    print(
        f"{kernel.name:26} +{extra:2} %  {outcomes}  median ratio {ratio}  "
        f"{statistics.median(d.seconds for d in found):.2f} s a decision, foreign {statistics.median(d.foreign for d in found):.2f} cores, "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )


@pytest.mark.soak
@pytest.mark.quiet
def test_the_same_code_is_almost_never_faster(capsys: pytest.CaptureFixture[str]):
    false = 0
    with capsys.disabled():
        for kernel in KERNELS:
            began = time.monotonic()
            found = _decisions(kernel, 0, DECISIONS)
            row(kernel, 0, found, began)
            assert all(d.outcome != "failed" for d in found), [d.reason for d in found if d.outcome == "failed"]
            false += sum(d.faster for d in found)
    assert false <= max(1, DECISIONS * len(KERNELS) // 300)


@pytest.mark.soak
@pytest.mark.quiet
@pytest.mark.parametrize(("extra", "share"), [(5, 0.90), (10, 0.95)])
def test_true_gains_are_found(extra: int, share: float, capsys: pytest.CaptureFixture[str]):
    found: list[Decision] = []
    with capsys.disabled():
        for kernel in KERNELS:
            began = time.monotonic()
            here = _decisions(kernel, extra, max(1, DECISIONS // 3))
            row(kernel, extra, here, began)
            found += here
    assert sum(d.faster for d in found) >= share * len(found)


@pytest.mark.soak
@pytest.mark.quiet
def test_a_heavier_kernel_is_never_faster():
    for kernel in KERNELS:
        lighter, heavier = kernel.arm("baseline", 0), kernel.arm("candidate", 5)
        for i in range(max(1, DECISIONS // 6)):
            assert not decide(kernel.subject(), lighter, heavier, threads=kernel.threads, seed=i).faster
