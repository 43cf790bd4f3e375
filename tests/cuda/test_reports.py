"""What a person reads when a kernel goes wrong: kernel, source line, block, thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernelmill.cuda.building import CudaBuildError, build, explain, run

CASES = {
    "out of bounds": (
        "__global__ void bad(int* p, int n) { p[n * threadIdx.x] = 1; }\n"
        "int main() { int* p; cudaMalloc(&p, 64); bad<<<2, 32>>>(p, 1 << 28); return cudaDeviceSynchronize() == cudaErrorIllegalAddress ? 0 : 1; }",
        ["illegal memory access", "kernel bad(int*, int) (", ":1)", "thread (1,0,0) of (32,1,1)"],
    ),
    "past the end": (
        "__global__ void bad(int* p, int n) { p[n] = 1; }\nint main() { int* p; cudaMalloc(&p, 60); bad<<<1, 1>>>(p, 15); cudaDeviceSynchronize(); }",
        ["a write 0 bytes past the end of an allocation of 60 bytes"],
    ),
    "assert": (
        "__global__ void bad(int x) { assert(int(threadIdx.x) != x); }\nint main() { bad<<<1, 32>>>(7); cudaDeviceSynchronize(); }",
        ["assertion failed", "int(threadIdx.x) != x", "thread (7,0,0)"],
    ),
    "unchecked launch": (
        "__global__ void k() {}\nint main() { k<<<1, 5000>>>(); }",
        ["an error was never looked at", "k(): launch refused", "too large"],
    ),
    "wait for children": (
        "__global__ void child() {}\n__global__ void parent() { child<<<1, 1>>>(); cudaDeviceSynchronize(); }\n"
        "int main() { parent<<<1, 1>>>(); cudaDeviceSynchronize(); }",
        ["a kernel waits for kernels that it launched", "parent()"],
    ),
    "deadlock": (
        "__global__ void bad(volatile int* p) { if (threadIdx.x == 0) while (*p == 0) {} else __syncthreads(); }\n"
        "int main() { int* p; cudaMalloc(&p, 4); bad<<<1, 64>>>(p); cudaDeviceSynchronize(); }",
        ["deadlock", "63 threads at __syncthreads", "1 threads at a spin loop", "bad(int volatile*)"],
    ),
    "unknown PTX": (
        'int main() { return 0; }\n__global__ void k() { asm volatile("wgmma.fence.sync.aligned;"); }\nvoid f() { k<<<1, 1>>>(); cudaDeviceSynchronize(); }\n'
        "struct G { G() { f(); } } g;",
        ["inline PTX 'wgmma.fence.sync.aligned' is not supported", "program.cu:2"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_report(case: str, tmp_path: Path, tools: object) -> None:
    source, parts = CASES[case]
    file = tmp_path / "program.cu"
    file.write_text(source)
    done = run(file, capture=True, timeout=60, env={"KERNELMILL_CUDA_PATIENCE": "1"})
    for part in parts:
        assert part in done.stderr, done.stderr


def test_a_compiler_error_has_the_line_of_the_source(tmp_path: Path, tools: object) -> None:
    file = tmp_path / "a.cu"
    file.write_text("__global__ void k(int* p) {\n  p[0] = missing;\n}\n")
    with pytest.raises(CudaBuildError, match=r"a\.cu:2:\d+: error: use of undeclared identifier 'missing'"):
        build([file], tmp_path / "a.so")


def test_a_build_without_its_entry_fails(tmp_path: Path, tools: object) -> None:
    file = tmp_path / "a.cu"
    file.write_text('extern "C" void other() {}\n')
    with pytest.raises(CudaBuildError, match="lacks its entry km_relu; it exports: other"):
        build([file], tmp_path / "a.so", entries=["km_relu"])
    file.write_text("template <class T> __global__ void k(T* p) {}\n")
    with pytest.raises(CudaBuildError, match="nothing to call"):
        build([file], tmp_path / "a.so")


def test_explain_names_the_path(tmp_path: Path, tools: object) -> None:
    file = tmp_path / "a.cu"
    file.write_text(
        "__global__ void loop(int* p) { p[threadIdx.x] = 1; }\n"
        "__global__ void split(int* p) { __shared__ int s[8]; s[threadIdx.x % 8] = 1; __syncthreads(); p[threadIdx.x] = s[0]; }\n"
        "__device__ int deep(int n) { return n ? deep(n / 2) + __shfl_sync(~0u, n, 0) : 0; }\n"
        "__global__ void fibers(int* p) { p[threadIdx.x] = deep(p[0]); }\n"
    )
    rows = {str(r["kernel"]).split("(")[0]: r for r in explain([file])}
    assert rows["loop"]["path"] == "loop over the threads"
    assert str(rows["split"]["path"]).startswith("split at 1 stops")
    assert rows["split"]["shared_bytes"] == 32
    assert str(rows["fibers"]["path"]).startswith("fibers: the function deep(int)")
