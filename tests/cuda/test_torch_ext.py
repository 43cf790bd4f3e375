"""`load_inline` and `load` with torch's signatures."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

SOURCE = """
#include <torch/extension.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>
#define CHECK_CUDA(x) TORCH_CHECK(x.type().is_cuda(), #x " must be a CUDA tensor")
template <typename scalar_t> __global__ void scale_kernel(torch::PackedTensorAccessor32<scalar_t, 2, torch::RestrictPtrTraits> x, scalar_t a) {
    int i = blockIdx.y, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (j < x.size(1)) x[i][j] *= a;
}
torch::Tensor scale(torch::Tensor x, double a) {
    CHECK_CUDA(x);
    const at::cuda::OptionalCUDAGuard guard(device_of(x));
    auto y = x.clone();
    cudaStream_t stream = at::cuda::getCurrentCUDAStream();
    AT_DISPATCH_FLOATING_TYPES_AND_HALF(y.type(), "scale", ([&] {
        scale_kernel<scalar_t><<<dim3((y.size(1) + 31) / 32, y.size(0)), 32, 0, stream>>>(
            y.packed_accessor32<scalar_t, 2, torch::RestrictPtrTraits>(), static_cast<scalar_t>(a));
    }));
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return y;
}
torch::Tensor broken(torch::Tensor x) {
    scale_kernel<float><<<1, 4096>>>(x.packed_accessor32<float, 2, torch::RestrictPtrTraits>(), 1.0f);
    return x;
}
"""
DECLARATIONS = "torch::Tensor scale(torch::Tensor x, double a); torch::Tensor broken(torch::Tensor x);"


def test_load_inline(tools: object) -> None:
    from kernelmill.cuda import load_inline

    op = load_inline(
        name="km_test_scale", cpp_sources=[DECLARATIONS], cuda_sources=[SOURCE], functions=["scale", "broken"], extra_cuda_cflags=["-O3"]
    )
    x = torch.randn(5, 70)
    assert torch.equal(op.scale(x, 3.0), x * 3)
    assert torch.equal(op.scale(x.half(), 2.0), x.half() * 2)
    with pytest.raises(RuntimeError, match="CUDA error"):
        op.broken(x)
    assert torch.equal(op.scale(x, 3.0), x * 3)


def test_load_files_with_their_own_module(tmp_path: Path, tools: object) -> None:
    from kernelmill.cuda import load

    file = tmp_path / "op.cu"
    file.write_text(
        SOURCE + 'PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("scale", &scale, "scales", py::arg("x"), py::arg("a") = 2.0); }\n'
    )
    op = load(name="km_test_load", sources=[str(file)])
    x = torch.randn(2, 3)
    assert torch.equal(op.scale(x), x * 2)
