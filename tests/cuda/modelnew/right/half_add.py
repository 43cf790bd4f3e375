import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

#include <cuda_fp16.h>
__global__ void half_add_kernel(const __half* a, const __half* b, __half* c, int n) {
    int i = 2 * (blockIdx.x * blockDim.x + threadIdx.x);
    if (i + 1 < n) *reinterpret_cast<__half2*>(c + i) = __hadd2(*reinterpret_cast<const __half2*>(a + i), *reinterpret_cast<const __half2*>(b + i));
    else if (i < n) c[i] = __hadd(a[i], b[i]);
}
torch::Tensor half_add_cuda(torch::Tensor a, torch::Tensor b) {
    auto c = torch::empty_like(a);
    int n = a.numel();
    half_add_kernel<<<(n + 255) / 256, 128>>>((const __half*)a.data_ptr<at::Half>(), (const __half*)b.data_ptr<at::Half>(), (__half*)c.data_ptr<at::Half>(), n);
    return c;
}
"""

op = load_inline(
    name="half_add",
    cpp_sources="torch::Tensor half_add_cuda(torch::Tensor a, torch::Tensor b);",
    cuda_sources=source,
    functions=["half_add_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, a, b):
        return self.op.half_add_cuda(a, b)
