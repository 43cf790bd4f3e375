# Bug: nobody sets the flag that thread 0 waits for: a deadlock. Expect: CRASH
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void wait_kernel(const float* x, float* y) {
    __shared__ volatile int ready;
    __shared__ float s[64];
    int t = threadIdx.x;
    if (t == 0) ready = 0;
    __syncthreads();
    s[t] = x[t] * 2;
    __syncthreads();
    if (t == 0) while (ready == 0) {}
    y[t] = s[t];
}
torch::Tensor wait_cuda(torch::Tensor x) {
    auto y = torch::empty_like(x);
    wait_kernel<<<1, 64>>>(x.data_ptr<float>(), y.data_ptr<float>());
    return y;
}
"""

op = load_inline(
    name="flag_wait",
    cpp_sources="torch::Tensor wait_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["wait_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.wait_cuda(x)
