# Bug: the sign in the exponent is lost. Expect: WRONG_VALUE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void swish_kernel(const float* x, float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] / (1.0f + __expf(x[i]));
}
torch::Tensor swish_cuda(torch::Tensor x) {
    auto y = torch::empty_like(x);
    int n = x.numel();
    swish_kernel<<<(n + 255) / 256, 256>>>(x.data_ptr<float>(), y.data_ptr<float>(), n);
    return y;
}
"""

op = load_inline(
    name="swish",
    cpp_sources="torch::Tensor swish_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["swish_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.swish_cuda(x.contiguous())
