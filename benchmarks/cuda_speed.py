"""CUDA kernels on the CPU against the same loop nest in C with OpenMP and the same flags: `python benchmarks/cuda_speed.py`.

Both run in one process with the same number of threads; a row's time is the least of several interleaved rounds. Prints the whole table,
the medians and the worst ratios; `--json FILE` keeps them.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
N = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
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
                agree = bool(np.allclose(*out, rtol=2e-3, atol=2e-3)) or name in ("block_sum_", "warp_sum_", "dot_")
                for _ in range(options.rounds):
                    for k in range(2):
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
    summary = {}
    for group in ("free", "barriers"):
        ratios = [r["ratio"] for r in rows if r["group"] == group]
        summary[group] = {"kernels": len(ratios), "median": statistics.median(ratios), "worst": max(ratios)}
        print(f"{group}: {len(ratios)} kernels, median {summary[group]['median']:.2f}x, worst {summary[group]['worst']:.2f}x")
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "n": N, "rows": rows, "summary": summary}, indent=2))


if __name__ == "__main__":
    main()
