import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void scan_kernel(const float* x, float* y) {
    __shared__ float s[256];
    int t = threadIdx.x;
    s[t] = x[blockIdx.x * 256 + t];
    __syncthreads();
    for (int d = 1; d < 256; d *= 2) {
        float v = t >= d ? s[t - d] : 0.0f;
        __syncthreads();
        s[t] += v;
        __syncthreads();
    }
    y[blockIdx.x * 256 + t] = s[t];
}
torch::Tensor scan_cuda(torch::Tensor x) {
    auto y = torch::empty_like(x);
    scan_kernel<<<x.size(0), 256>>>(x.data_ptr<float>(), y.data_ptr<float>());
    return y;
}
"""

op = load_inline(
    name="cumsum",
    cpp_sources="torch::Tensor scan_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["scan_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.scan_cuda(x)
