# Bug: the bias is indexed by row. Expect: WRONG_VALUE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

template <typename T> __global__ void bias_gelu_kernel(const T* __restrict__ x, const T* __restrict__ b, T* __restrict__ y, int n, int m) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    T v = x[i] + b[i / m];
    y[i] = v * T(0.5) * (T(1) + erf(v * T(0.7071067811865476)));
}
torch::Tensor bias_gelu_cuda(torch::Tensor x, torch::Tensor b) {
    TORCH_CHECK(x.is_cuda(), "x must be a CUDA tensor");
    auto y = torch::empty_like(x);
    int n = x.numel();
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "bias_gelu", ([&] {
        bias_gelu_kernel<scalar_t><<<(n + 127) / 128, 128>>>(x.data_ptr<scalar_t>(), b.data_ptr<scalar_t>(), y.data_ptr<scalar_t>(), n, x.size(-1));
    }));
    return y;
}
"""

op = load_inline(
    name="bias_gelu",
    cpp_sources="torch::Tensor bias_gelu_cuda(torch::Tensor x, torch::Tensor b);",
    cuda_sources=source,
    functions=["bias_gelu_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.bias = nn.Parameter(torch.randn(n))
        self.op = op

    def forward(self, x):
        return self.op.bias_gelu_cuda(x, self.bias)
