# Bug: the shuffles reduce only half of the warp. Expect: WRONG_VALUE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__inline__ __device__ float warp_sum(float v) {
    for (int d = 8; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffff, v, d);
    return v;
}
__device__ float block_sum(float v) {
    __shared__ float s[32];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    v = warp_sum(v);
    __syncthreads();
    if (lane == 0) s[warp] = v;
    __syncthreads();
    v = lane < blockDim.x / 32 ? s[lane] : 0.0f;
    return warp_sum(v);
}
__global__ void ln_kernel(const float* x, const float* w, const float* b, float* y, int m, float eps) {
    const float* row = x + blockIdx.x * m;
    float v = 0, q = 0;
    for (int i = threadIdx.x; i < m; i += blockDim.x) v += row[i];
    float mean = block_sum(v) / m;
    for (int i = threadIdx.x; i < m; i += blockDim.x) q += (row[i] - mean) * (row[i] - mean);
    float r = rsqrtf(block_sum(q) / m + eps);
    for (int i = threadIdx.x; i < m; i += blockDim.x) y[blockIdx.x * m + i] = (row[i] - mean) * r * w[i] + b[i];
}
torch::Tensor ln_cuda(torch::Tensor x, torch::Tensor w, torch::Tensor b) {
    auto y = torch::empty_like(x);
    int m = x.size(-1);
    ln_kernel<<<x.numel() / m, 128>>>(x.data_ptr<float>(), w.data_ptr<float>(), b.data_ptr<float>(), y.data_ptr<float>(), m, 1e-5f);
    return y;
}
"""

op = load_inline(
    name="layer_norm",
    cpp_sources="torch::Tensor ln_cuda(torch::Tensor x, torch::Tensor w, torch::Tensor b);",
    cuda_sources=source,
    functions=["ln_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.norm = nn.LayerNorm(n)
        self.op = op

    def forward(self, x):
        return self.op.ln_cuda(x, self.norm.weight, self.norm.bias)
