"""Writes the recordings that test_replay.py replays: run by hand when prompts or ways change their questions.

    python tests/llm/record.py [silu-kernels] [silu-smollm2]

`silu-kernels` comes from an endpoint on loopback that answers with kernels (one that does not compile, one that is wrong and is mended, a
plain one, a fast one); `silu-smollm2` from the small model of the extra `local`. Each run is `kernelmill optimize` with the real judge.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from fake_endpoint import endpoint

HERE = Path(__file__).parent / "recordings"
HEAD = '#include <math.h>\n#include <stdint.h>\n\nextern "C" void km_silu(const float* x, float* y, int64_t N) {\n'
LOOP = "for (int64_t i = 0; i < N; i++) "
PLAIN = HEAD + f"  {LOOP}y[i] = x[i] / (1 + expf(-x[i]));\n}}\n"
FAST = """#include <stdint.h>
#include <string.h>

// exp by powers of two and a polynomial, so that the loop has no call in it and vectorizes
static inline float exp_of(float v) {
  v = v > 88.0f ? 88.0f : v;
  v = v < -87.0f ? -87.0f : v;
  const float n = __builtin_rintf(v * 1.44269504f);
  float r = v - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

extern "C" void km_silu(const float* x, float* y, int64_t N) {
#pragma omp simd
  for (int64_t i = 0; i < N; i++) y[i] = x[i] / (1.0f + exp_of(-x[i]));
}
"""
REPLIES = (
    f"Here is the kernel.\n```cpp\n{HEAD}  {LOOP}y[i] = x[i] * sigmoid(x[i]);\n}}\n```\n",
    f"```cpp\n{HEAD}  {LOOP}y[i] = x[i] / (1 + expf(x[i]));\n}}\n```\n",
    f"One loop is enough:\n```cpp\n{PLAIN}```\nIt can be vectorised further.\n",
    f"`sigmoid` is not a C function; it must be written out.\n```cpp\n{HEAD}  {LOOP}{{\n    const float s = 1 / (1 + expf(-x[i]));\n"
    "    y[i] = x[i] * s;\n  }\n}\n```\n",
    f"The sign was lost; and exp can be written out, so that the loop vectorizes.\n```cpp\n{FAST}```\n",
)
"""Three first answers, then the repairs of the two that failed."""
WAYS = {
    "silu-kernels": "way=repair,samples=3,repairs=1,concurrency=1",
    "silu-smollm2": "way=repair,samples=2,repairs=1,prompt=small,max_tokens=160,concurrency=1",
}
"""Recording -> how it was made, and so how it is replayed."""


def optimize(author: str, home: Path, before: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run `kernelmill optimize activation/silu` and return what it printed; `before`: words in front of the command."""
    words = [
        "optimize",
        "activation/silu",
        "--platform",
        "x86{threads=1}",
        "--profile",
        "ci",
        "--baselines",
        "eager",
        "--budget",
        "20evals",
    ]
    command = [*before, sys.executable, "-m", "kernelmill", *words, "--json", "--author", author]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=380, env=os.environ | {"KERNELMILL_HOME": str(home)}, check=False
    )
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    return json.loads(done.stdout)


def screened(home: Path) -> list[list[str]]:
    """[candidate, status] of every screen in the archive of a run, in order; CORRECT and FASTER are one."""
    from kernelmill.archive.store import Archive

    with Archive(home / "archive.db") as archive:
        return [[r.candidate.id, merged(str(r.verdict.status))] for r in archive.records(tier="screen")]


def merged(status: str) -> str:
    return "CORRECT" if status == "FASTER" else status


def record(name: str, author: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = optimize(author, Path(folder))
        shutil.copy(found["cost"]["transcript"], HERE / f"{name}.jsonl")
        told = {"status": found["status"], "candidate": found["candidate"], "screens": screened(Path(folder))}
    (HERE / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
    print(name, found["status"], found["statuses"], found["cost"])


def main() -> None:
    wanted = sys.argv[1:] or list(WAYS)
    HERE.mkdir(exist_ok=True)
    if "silu-kernels" in wanted:
        with endpoint(*REPLIES) as (url, _):
            record("silu-kernels", f'llm{{model=recorded,base_url="{url}",price="1,1",{WAYS["silu-kernels"]}}}')
    if "silu-smollm2" in wanted:
        record("silu-smollm2", f"llm{{{WAYS['silu-smollm2']}}}")


if __name__ == "__main__":
    main()
