# Bug: keeps the reduced dimension. Expect: WRONG_SHAPE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void sum_kernel(const float* x, float* y, int m) {
    extern __shared__ float s[];
    float v = 0;
    for (int i = threadIdx.x; i < m; i += blockDim.x) v += x[blockIdx.x * m + i];
    s[threadIdx.x] = v;
    __syncthreads();
    for (int k = blockDim.x / 2; k > 0; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
        __syncthreads();
    }
    if (threadIdx.x == 0) y[blockIdx.x] = s[0];
}
torch::Tensor sum_cuda(torch::Tensor x) {
    auto y = torch::empty({x.size(0), 1}, x.options());
    sum_kernel<<<x.size(0), 64, 64 * sizeof(float)>>>(x.data_ptr<float>(), y.data_ptr<float>(), x.size(1));
    return y;
}
"""

op = load_inline(
    name="sum_rows",
    cpp_sources="torch::Tensor sum_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["sum_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.sum_cuda(x)
