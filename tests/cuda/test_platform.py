"""Platform `cuda` passes the platforms' suite, and what is its own."""

from __future__ import annotations

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task
from kernelmill.platforms import platform as platform_of
from kernelmill.platforms.conformance import VADD, PlatformConformance, candidate
from kernelmill.platforms.cuda import Cuda

RIGHT = """#include <cuda_runtime.h>
#include "kernelmill_task.h"
__global__ void add(const float* x, const float* y, float* z, int64_t n) {
  int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) z[i] = x[i] + y[i];
}
extern "C" void km_vadd(const float* x, const float* y, float* z, int64_t N) {
  if (N > 0) add<<<(N + 127) / 128, 128>>>(x, y, z, N);
}
"""


class TestCudaOnCpu(PlatformConformance):
    @pytest.fixture
    def platform(self) -> Platform:
        return Cuda(device="cpu")

    @pytest.fixture
    def right(self, task: Task) -> Candidate:
        return candidate(task, "cuda", "kernel.cu", RIGHT)

    @pytest.fixture
    def broken(self, task: Task) -> Candidate:
        return candidate(task, "cuda", "kernel.cu", RIGHT.replace("z[i]", "q[i]"))

    @pytest.fixture
    def nameless(self, task: Task) -> Candidate:
        return candidate(task, "cuda", "kernel.cu", RIGHT.replace("km_vadd", "km_other"))


def test_spec_text() -> None:
    assert platform_of("cuda{device=cpu,threads=1}") == Cuda(device="cpu", threads=1)
    with pytest.raises(UserError, match="cuda device"):
        platform_of("cuda{device=tpu}")


def test_a_gpu_is_compiled_for_by_nvcc_and_never_called_verified() -> None:
    gpu = Cuda(device="gpu")
    command = gpu.compile(candidate(VADD, "cuda", "kernel.cu", RIGHT), VADD)
    assert command.argv[0] == "nvcc"
    assert "-shared" in command.argv
    assert not gpu.state().verified


def test_a_source_that_cannot_be_rewritten_is_the_compilers_error(tools: object) -> None:
    command = Cuda(device="cpu").compile(candidate(VADD, "cuda", "kernel.cu", "k<<<1, 2>>>;\n"), VADD)
    assert "#error kernel.cu:1: a kernel launch without an argument list" in dict(command.files)["kernel.rewritten.cpp"]


def test_a_library_call_is_refused() -> None:
    assert "kernel.cu:1" in Cuda(device="cpu").refuse(candidate(VADD, "cuda", "kernel.cu", "#include <cublas_v2.h>\n"), VADD)
