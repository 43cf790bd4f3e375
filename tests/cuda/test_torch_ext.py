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
    with pytest.raises(RuntimeError, match=r"CUDA error 9 .*launch refused: .*block \(4096,1,1\) is too large kernel .*scale_kernel"):
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


SIXTEEN = """
#include <torch/extension.h>
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/Atomic.cuh>
#include <ATen/cuda/CUDAApplyUtils.cuh>
#include <c10/cuda/CUDAGuard.h>
template <typename T> struct Raw;
template <> struct Raw<at::Half> { using type = __half; };
template <> struct Raw<at::BFloat16> { using type = __nv_bfloat16; };
template <typename T> __global__ void C10_LAUNCH_BOUNDS_1(64) both_ways(const T* x, T* y, T* sum, int n) {
    using R = typename Raw<T>::type;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    R r = static_cast<R>(x[i]);
    r = x[i];
    T back = r;
    if (back < x[i] || back != x[i] || (back > 0 && !(-back < back))) return;
    y[i] = back + static_cast<T>(__hmul(r, R(2.0f)));
    gpuAtomicAdd(sum, static_cast<T>(1.0f));
}
std::vector<torch::Tensor> triple(torch::Tensor x) {
    TORCH_CHECK(x.device().type() == c10::DeviceType::CUDA && x.device().is_cuda(), "on a GPU");
    TORCH_CHECK(torch::cuda::is_available());
    cudaSetDevice(x.get_device());
    auto y = torch::empty(x.sizes(), x.options().device(torch::kCUDA));
    auto sum = torch::zeros({1}, torch::TensorOptions().dtype(x.dtype()).device(torch::Device("cuda:0"))).cuda();
    auto stream = at::cuda::getCurrentCUDAStream(x.device().index());
    sum.record_stream(stream);
    c10::Stream plain = stream;
    AT_DISPATCH_REDUCED_FLOATING_TYPES(x.type().scalarType(), "triple", [&] {
        both_ways<scalar_t><<<at::cuda::ATenCeilDiv(x.numel(), int64_t(64)), at::cuda::getApplyBlock(64), 0, stream>>>(
            x.data_ptr<scalar_t>(), y.data_ptr<scalar_t>(), sum.data_ptr<scalar_t>(), x.numel());
    });
    TORCH_CHECK(cudaGetLastError() == cudaSuccess);
    return {y, sum};
}
"""


def test_sixteen_bits_and_names_of_devices(tools: object) -> None:
    from kernelmill.cuda import load_inline

    op = load_inline(
        name="km_test_sixteen", cpp_sources="std::vector<torch::Tensor> triple(torch::Tensor x);", cuda_sources=SIXTEEN, functions="triple"
    )
    for dtype in (torch.half, torch.bfloat16):
        x = torch.arange(-50, 50, dtype=torch.float32).to(dtype)
        y, total = op.triple(x)
        assert torch.equal(y, x * 3)
        assert total.item() == 100


def test_a_source_that_includes_torch_builds_from_the_command_line(tmp_path: Path, tools: object) -> None:
    from kernelmill.cuda.building import build

    file = tmp_path / "op.cu"
    file.write_text("\ufeff" + SOURCE + 'PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("scale", &scale); }\n')
    built = build([file], tmp_path / "op.so")
    assert "PyInit_op" in built.entries


def test_symbols_of_the_users_own_that_nobody_defines_are_an_error(tmp_path: Path, tools: object) -> None:
    from kernelmill.cuda.building import CudaBuildError, build

    source = tmp_path / "op.cu"
    source.write_text(
        "#include <torch/extension.h>\nvoid elsewhere(float*, int);\n"
        "void op(torch::Tensor x) { elsewhere(x.data_ptr<float>(), int(x.numel())); }\n"
        'PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("op", &op); }\n'
    )
    out = tmp_path / "op.so"
    with pytest.raises(CudaBuildError, match=r"^undefined: elsewhere\(float\*, int\)$"):
        build([source], out)
    assert not out.exists()
    other = tmp_path / "other.cu"
    other.write_text("void elsewhere(float* x, int n) { for (int i = 0; i < n; i++) x[i] = 0; }\n")
    build([source, other], out)
    assert out.exists()


def test_old_names_are_modernized() -> None:
    from kernelmill.cuda.torch_ext import modernize

    assert modernize("AT_DISPATCH_FLOATING_TYPES(x.type(), n, f)") == "AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), n, f)"
    assert modernize("x[0].type().is_cuda()") == "x[0].is_cuda()"
    assert modernize("a.b().cuda()") == "a.b().cpu()"
    assert modernize("TORCH_LIBRARY_IMPL(ops, CUDA, m)") == "TORCH_LIBRARY_IMPL(ops, CPU, m)"
    assert modernize("t.type() == other.type()") == "t.type() == other.type()"
