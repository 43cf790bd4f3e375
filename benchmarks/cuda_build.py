"""How long builds of CUDA sources take: `python benchmarks/cuda_build.py`.

Rows: a 200-line file into a shared library, the same as a program, and a torch extension, each with the headers precompiled before and
content that no cache knows. The median and the worst of several builds, and where its time goes: our own Python, the compiler's
front end, its passes, its code generation (one more build each, with `-ftime-trace`), the link, reading the symbols, loading. `--json FILE`
keeps them. Exit code 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BARS = {"200 lines, library": 0.6, "200 lines, program": 0.6, "torch extension": 4.0}
"""Seconds at the median."""
KERNEL = """
__global__ void kernel{k}(const float* __restrict__ x, const float* __restrict__ y, float* __restrict__ z, int n) {{
    __shared__ float part[256];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float v = i < n ? x[i] * {k}.5f + y[i] : 0.0f;
    part[threadIdx.x] = v;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {{
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }}
    float mean = part[0] / blockDim.x;
    if (i < n) z[i] = expf(v - mean) / (1.0f + fabsf(v));
}}
__global__ void map{k}(const float* x, float* z, int n) {{
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {{
        float v = x[i];
        z[i] = v > 0 ? v : {k}.25f * v;
    }}
}}
extern "C" void entry{k}(const float* x, const float* y, float* z, int n) {{
    kernel{k}<<<(n + 255) / 256, 256>>>(x, y, z, n);
    map{k}<<<32, 256>>>(z, z, n);
    cudaDeviceSynchronize();
}}
"""
MAIN = """
int main() {
    float* p;
    if (cudaMalloc(&p, 1024)) return 1;
    entry0(p, p, p, 256);
    printf("%s\\n", cudaGetErrorString(cudaGetLastError()));
    return cudaFree(p);
}
"""
EXTENSION = """#include <torch/extension.h>
#include <cuda_runtime.h>
// {nonce}
template <typename T> __global__ void gelu_kernel(const T* x, T* y, int64_t n) {{
    int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
    if (i < n) y[i] = T(0.5) * x[i] * (T(1) + erf(x[i] * T(0.7071067811865475)));
}}
torch::Tensor gelu(torch::Tensor x) {{
    TORCH_CHECK(x.is_cuda(), "expected a CUDA tensor");
    auto y = torch::empty_like(x);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "gelu", [&] {{
        gelu_kernel<scalar_t><<<(x.numel() + 255) / 256, 256>>>(x.data_ptr<scalar_t>(), y.data_ptr<scalar_t>(), x.numel());
    }});
    return y;
}}
"""


class Steps:
    """Seconds of the steps of a build, by wrapping the functions that make them."""

    def __init__(self) -> None:
        from kernelmill.cuda import building, torch_ext

        self.seconds: dict[str, float] = {}
        self.trace: Path | None = None
        for module, name, step in (
            (building, "compile_one", "compiler"),
            (building, "link", "link"),
            (building, "inspect", "symbols"),
            (torch_ext, "compile_one", "compiler"),
            (torch_ext, "link", "link"),
            (torch_ext, "_import", "load"),
        ):
            setattr(module, name, self._timed(getattr(module, name), step))

    def _timed(self, f: Callable[..., Any], step: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if step == "compiler" and self.trace:
                args = ([*args[0], f"-ftime-trace={self.trace}"], *args[1:])
            start = time.perf_counter()
            try:
                return f(*args, **kwargs)
            finally:
                self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start

        return call

    def of(self, job: Callable[[], object]) -> dict[str, float]:
        """Runs a build; `python` is what no step took."""
        self.seconds = {}
        start = time.perf_counter()
        job()
        whole = time.perf_counter() - start
        return {"whole": whole, "python": whole - sum(self.seconds.values()), **self.seconds}

    def inside_the_compiler(self, job: Callable[[], object], folder: Path) -> dict[str, float]:
        """The parts of the compiler's time, of one more build with a trace."""
        self.trace = folder / "trace.json"
        job()
        events = json.loads(self.trace.read_text())["traceEvents"]
        self.trace = None
        total = {e["name"].removeprefix("Total "): e["dur"] / 1e6 for e in events if e["name"].startswith("Total ")}
        names = {
            "front end": "Frontend",
            "passes": "Optimizer",
            "split": "km::SplitPass",
            "code": "CodeGenPasses",
            "all": "ExecuteCompiler",
        }
        return {ours: total.get(theirs, 0.0) for ours, theirs in names.items()}


def source(lines: int = 200) -> str:
    """A file of about `lines` lines: a kernel with barriers, one without and a host function, again and again."""
    text, k = "#include <cuda_runtime.h>\n#include <cstdio>\n", 0
    while text.count("\n") < lines - 12:
        text += KERNEL.format(k=k)
        k += 1
    return text + MAIN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from kernelmill.cuda import build, load_inline
    from kernelmill.cuda.torch_ext import warm

    warm()
    text = source()
    load = [os.getloadavg()[0]]
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in BARS}
    parts: dict[str, dict[str, float]] = {}
    steps = Steps()
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        path = folder / "file.cu"
        path.write_text(text)
        build([path], folder / "first.so")  # the precompiled header, where it is missing

        def extension(k: int) -> None:
            nonce = f"{time.time_ns()} {k}"
            load_inline(f"bench_{k}", "torch::Tensor gelu(torch::Tensor x);", EXTENSION.format(nonce=nonce), functions=["gelu"])

        jobs: dict[str, Callable[[int], object]] = {
            "200 lines, library": lambda k: build([path], folder / f"{k}.so"),
            "200 lines, program": lambda k: build([path], folder / f"{k}", shared=False),
            "torch extension": extension,
        }
        for k in range(options.rounds):
            for name, job in jobs.items():
                rows[name].append(steps.of(functools.partial(job, k)))
        for name, job in jobs.items():
            parts[name] = steps.inside_the_compiler(functools.partial(job, options.rounds), folder)
    load.append(os.getloadavg()[0])
    missed = False
    print(f"the file has {text.count(chr(10))} lines")
    print(f"{'build':20} {'median s':>9} {'worst s':>9} {'bar s':>6}")
    for name, builds in rows.items():
        builds.sort(key=lambda r: r["whole"])
        median = statistics.median(r["whole"] for r in builds)
        missed |= median > BARS[name]
        print(f"{name:20} {median:9.2f} {builds[-1]['whole']:9.2f} {BARS[name]:6.1f}{'  MISSED' if median > BARS[name] else ''}")
        middle = builds[len(builds) // 2]
        print("    " + ", ".join(f"{step} {middle[step]:.3f}" for step in middle if step != "whole"))
        print("    in the compiler: " + ", ".join(f"{step} {seconds:.3f}" for step, seconds in parts[name].items()))
    print(f"load: {load[0]:.2f} before, {load[1]:.2f} after; {options.rounds} rounds")
    if options.json:
        options.json.write_text(
            json.dumps({"lines": text.count("\n"), "load": load, "builds": rows, "in the compiler": parts, "bars": BARS}, indent=2)
        )
    sys.exit(missed)


if __name__ == "__main__":
    main()
