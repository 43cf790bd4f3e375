"""CUDA kernels on the CPU against the same loop nest in C with OpenMP and the same flags: `python benchmarks/cuda_speed.py`.

Both run in one process with the same number of threads; a row's time is the least of several calls in two turns each. Prints the whole
table, the medians, the worst ratios and the load of the machine; `--json FILE` keeps them. Exit code 1 when a bar is missed or
results differ.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
N = 1 << 20
SPIN = 0.22
"""Seconds between the two sides: libomp's threads spin for 0.2 s after a region, and whoever came next would share a core with them
(exactly half the speed, for whole stretches of the table)."""
BARS = {"free": (1.5, 3.0), "barriers": (6.0, float("inf"))}
"""Ratio to C at the median and at worst."""
PARTIAL = {"block_sum_", "warp_sum_", "dot_"}
"""Kernels that leave 64 partial sums, which the twin makes of other elements: their totals are compared."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    load = [os.getloadavg()[0]]
    os.environ.update(OMP_NUM_THREADS=str(options.threads), KERNELMILL_CUDA_THREADS=str(options.threads))
    import numpy as np

    from kernelmill.cuda import build, explain
    from kernelmill.cuda.toolchain import architecture_flags, toolchain

    with tempfile.TemporaryDirectory() as folder:
        cuda_path, c_path = Path(folder) / "cuda.so", Path(folder) / "c.so"
        build([HERE / "cuda_kernels.cu"], cuda_path)
        flags = [
            "-O3",
            *architecture_flags(),
            "-ffp-contract=fast",
            "-fno-math-errno",
            "-fveclib=libmvec",
            "-fPIC",
            "-shared",
            "-fopenmp=libomp",
            "-w",
        ]
        subprocess.run([toolchain().clang, "-x", "c", *flags, str(HERE / "cuda_kernels.c"), "-o", str(c_path), "-L/usr/lib/llvm-22/lib",
                        "-Wl,-rpath,/usr/lib/llvm-22/lib", "-lmvec", "-lm"], check=True)  # fmt: skip
        cuda, c = ctypes.CDLL(str(cuda_path)), ctypes.CDLL(str(c_path))
        source = (HERE / "cuda_kernels.cu").read_text()
        free, barred = source.split("// ---- with barriers")
        paths = {str(r["kernel"]).split("(")[0].removeprefix("void "): r["path"] for r in explain([HERE / "cuda_kernels.cu"])}
        rng = np.random.default_rng(1)
        a, b = rng.uniform(-1, 1, N).astype("f4"), rng.uniform(-1, 1, N).astype("f4")
        rows = []
        for group, text in (("free", free), ("barriers", barred)):
            for name in re.findall(r"^ENTRY\((\w+)\)", text, re.M):
                out = [np.zeros(N, "f4"), np.zeros(N, "f4")]
                calls = [
                    (getattr(library, name), [x.ctypes.data_as(ctypes.c_void_p) for x in (a, b, o)] + [ctypes.c_int(N)])
                    for library, o in ((cuda, out[0]), (c, out[1]))
                ]
                best = [float("inf")] * 2
                for k in range(2):
                    calls[k][0](*calls[k][1])
                sums = [o[:64].sum(dtype="f8") for o in out] if name in PARTIAL else out
                agree = bool(np.allclose(*sums, rtol=2e-3, atol=2e-3)) and bool(out[0].any())
                for k in (0, 1, 0, 1):
                    time.sleep(SPIN)
                    for _ in range(1 + options.rounds // 2):
                        start = time.perf_counter()
                        calls[k][0](*calls[k][1])
                        best[k] = min(best[k], time.perf_counter() - start)
                path = next(
                    (p for kernel, p in paths.items() if kernel.split("<")[0] + "_" == name.replace("_gemm32", "").replace("_gemm", "")), ""
                )
                rows.append(
                    {
                        "group": group,
                        "kernel": name.rstrip("_"),
                        "cuda_ms": best[0] * 1e3,
                        "c_ms": best[1] * 1e3,
                        "ratio": best[0] / best[1],
                        "agree": agree,
                        "path": path,
                    }
                )
    print(f"{'kernel':16} {'cuda ms':>9} {'C ms':>9} {'ratio':>7}  agree  path")
    for r in rows:
        print(f"{r['kernel']:16} {r['cuda_ms']:9.3f} {r['c_ms']:9.3f} {r['ratio']:7.2f}  {'yes' if r['agree'] else 'NO':5}  {r['path']}")
    summary: dict[str, dict[str, float]] = {}
    missed = not all(r["agree"] for r in rows)
    for group, (median_bar, worst_bar) in BARS.items():
        ratios = [r["ratio"] for r in rows if r["group"] == group]
        summary[group] = {"kernels": len(ratios), "median": statistics.median(ratios), "worst": max(ratios)}
        over = summary[group]["median"] > median_bar or summary[group]["worst"] > worst_bar
        missed |= over
        print(
            f"{group}: {len(ratios)} kernels, median {summary[group]['median']:.2f}x (bar {median_bar}), "
            f"worst {summary[group]['worst']:.2f}x (bar {worst_bar}){'  MISSED' if over else ''}"
        )
    load.append(os.getloadavg()[0])
    print(f"load: {load[0]:.2f} before, {load[1]:.2f} after; {options.threads} threads, least of {options.rounds} rounds")
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "n": N, "load": load, "rows": rows, "summary": summary}, indent=2))
    sys.exit(missed)


if __name__ == "__main__":
    main()
