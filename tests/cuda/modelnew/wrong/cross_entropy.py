# Bug: the targets are asked for as 32-bit integers. Expect: CRASH
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void ce_kernel(const float* x, const int64_t* t, float* y, int rows, int m) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r >= rows) return;
    float top = x[r * m], sum = 0;
    for (int i = 1; i < m; i++) top = fmaxf(top, x[r * m + i]);
    for (int i = 0; i < m; i++) sum += expf(x[r * m + i] - top);
    atomicAdd(y, (logf(sum) + top - x[r * m + t[r]]) / rows);
}
torch::Tensor ce_cuda(torch::Tensor x, torch::Tensor t) {
    auto y = torch::zeros({}, x.options());
    ce_kernel<<<2, 32>>>(x.data_ptr<float>(), (const int64_t*)t.data_ptr<int>(), y.data_ptr<float>(), x.size(0), x.size(1));
    return y;
}
"""

op = load_inline(
    name="cross_entropy",
    cpp_sources="torch::Tensor ce_cuda(torch::Tensor x, torch::Tensor t);",
    cuda_sources=source,
    functions=["ce_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x, t):
        return self.op.ce_cuda(x, t)
