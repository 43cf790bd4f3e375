# Bug: a semicolon is missing. Expect: COMPILE_ERROR
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void embedding_kernel(const float* table, const int64_t* index, float* y, int d) {
    for (int k = threadIdx.x; k < d; k += blockDim.x) y[blockIdx.x * d + k] = __ldg(&table[index[blockIdx.x] * d + k]);
}
torch::Tensor embedding_cuda(torch::Tensor table, torch::Tensor index) {
    auto y = torch::empty({index.size(0), table.size(1)}, table.options())
    embedding_kernel<<<index.size(0), 16>>>(table.data_ptr<float>(), index.data_ptr<int64_t>(), y.data_ptr<float>(), table.size(1));
    return y;
}
"""

op = load_inline(
    name="embedding",
    cpp_sources="torch::Tensor embedding_cuda(torch::Tensor table, torch::Tensor index);",
    cuda_sources=source,
    functions=["embedding_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.table = nn.Parameter(torch.randn(n, 24))
        self.op = op

    def forward(self, i):
        return self.op.embedding_cuda(self.table, i)
