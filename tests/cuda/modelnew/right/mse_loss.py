import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void mse_kernel(const float* a, const float* b, float* y, int n) {
    float v = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) v += (a[i] - b[i]) * (a[i] - b[i]);
    for (int d = 16; d; d /= 2) v += __shfl_down_sync(~0u, v, d);
    if ((threadIdx.x & 31) == 0) atomicAdd(y, v / n);
}
torch::Tensor mse_cuda(torch::Tensor a, torch::Tensor b) {
    auto y = torch::zeros({}, a.options());
    mse_kernel<<<4, 128>>>(a.data_ptr<float>(), b.data_ptr<float>(), y.data_ptr<float>(), a.numel());
    return y;
}
"""

op = load_inline(
    name="mse_loss",
    cpp_sources="torch::Tensor mse_cuda(torch::Tensor a, torch::Tensor b);",
    cuda_sources=source,
    functions=["mse_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, a, b):
        return self.op.mse_cuda(a, b)
