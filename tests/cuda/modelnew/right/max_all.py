import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__device__ float atomic_max(float* p, float v) {
    int* q = (int*)p;
    int old = *q, seen;
    do {
        seen = old;
        old = atomicCAS(q, seen, __float_as_int(fmaxf(v, __int_as_float(seen))));
    } while (old != seen);
    return __int_as_float(old);
}
__global__ void max_kernel(const float* x, float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) atomic_max(y, x[i]);
}
torch::Tensor max_cuda(torch::Tensor x) {
    auto y = torch::full({}, -INFINITY, x.options());
    max_kernel<<<(x.numel() + 127) / 128, 128>>>(x.data_ptr<float>(), y.data_ptr<float>(), x.numel());
    return y;
}
"""

op = load_inline(
    name="max_all",
    cpp_sources="torch::Tensor max_cuda(torch::Tensor x);",
    cuda_sources=source,
    functions=["max_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, x):
        return self.op.max_cuda(x)
