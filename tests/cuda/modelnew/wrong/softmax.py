# Bug: no barrier between reading the maximum and reusing the array, nor in the sum. Expect: WRONG_VALUE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void softmax_kernel(const float* x, float* y, int m) {
    __shared__ float s[128];
    const float* row = x + blockIdx.x * m;
    int t = threadIdx.x;
    float top = -INFINITY, sum = 0;
    for (int i = t; i < m; i += 128) top = fmaxf(top, row[i]);
    s[t] = top;
    __syncthreads();
    for (int k = 64; k > 0; k >>= 1) {
        if (t < k) s[t] = fmaxf(s[t], s[t + k]);
        __syncthreads();
    }
    top = s[0];
    __syncthreads();
    for (int i = t; i < m; i += 128) sum += expf(row[i] - top);
    s[t] = sum;
    __syncthreads();
    for (int k = 64; k > 0; k >>= 1) {
        if (t < k) s[t] += s[t + k];
    }
    for (int i = t; i < m; i += 128) y[blockIdx.x * m + i] = expf(row[i] - top) / s[0];
}
torch::Tensor softmax_cuda(torch::Tensor x) {
    auto y = torch::empty_like(x);
    softmax_kernel<<<x.size(0), 128>>>(x.data_ptr<float>(), y.data_ptr<float>(), x.size(1));
    return y;
}
"""

op = load_inline(
    name="softmax",
    cpp_sources="torch::Tensor softmax_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["softmax_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.softmax_cuda(x)
