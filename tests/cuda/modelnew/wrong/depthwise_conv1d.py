# Bug: the borders are not guarded: it reads its neighbours' rows. Expect: CRASH
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void conv_kernel(const float* x, const float* w, float* y, int C, int L) {
    int l = blockIdx.x * blockDim.x + threadIdx.x, c = blockIdx.y, b = blockIdx.z;
    if (l >= L) return;
    const float* row = x + (b * C + c) * L;
    float v = 0;
    for (int k = -1; k <= 1; k++)
        v += row[l + k] * w[c * 3 + k + 1];
    y[(b * C + c) * L + l] = v;
}
torch::Tensor conv_cuda(torch::Tensor x, torch::Tensor w) {
    auto y = torch::empty_like(x);
    int B = x.size(0), C = x.size(1), L = x.size(2);
    conv_kernel<<<dim3((L + 63) / 64, C, B), 64>>>(x.data_ptr<float>(), w.data_ptr<float>(), y.data_ptr<float>(), C, L);
    return y;
}
"""

op = load_inline(
    name="depthwise_conv1d",
    cpp_sources="torch::Tensor conv_cuda(torch::Tensor x, torch::Tensor w);",
    cuda_sources=source,
    functions=["conv_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c, 1, 3))
        self.op = op

    def forward(self, x):
        return self.op.conv_cuda(x, self.weight)
