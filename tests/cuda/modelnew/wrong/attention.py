# Bug: the scale of the scores is forgotten. Expect: WRONG_VALUE
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

source = r"""
#include <torch/extension.h>
#include <cuda_runtime.h>

__global__ void attention_kernel(const float* q, const float* k, const float* v, float* o, int n, int d) {
    extern __shared__ float s[];
    int b = blockIdx.y, i = blockIdx.x, t = threadIdx.x;
    q += (b * n + i) * d, k += b * n * d, v += b * n * d;
    if (t < n) {
        float x = 0;
        for (int e = 0; e < d; e++) x += q[e] * k[t * d + e];
        s[t] = x;
    }
    __syncthreads();
    float top = -INFINITY, sum = 0;
    for (int j = 0; j < n; j++) top = fmaxf(top, s[j]);
    for (int j = 0; j < n; j++) sum += expf(s[j] - top);
    if (t < d) {
        float x = 0;
        for (int j = 0; j < n; j++) x += expf(s[j] - top) * v[j * d + t];
        o[(b * n + i) * d + t] = x / sum;
    }
}
torch::Tensor attention_cuda(torch::Tensor q, torch::Tensor k, torch::Tensor v) {
    auto o = torch::empty_like(q);
    int b = q.size(0), n = q.size(1), d = q.size(2);
    attention_kernel<<<dim3(n, b), 32, n * sizeof(float)>>>(q.data_ptr<float>(), k.data_ptr<float>(), v.data_ptr<float>(), o.data_ptr<float>(), n, d);
    return o;
}
"""

op = load_inline(
    name="attention",
    cpp_sources="torch::Tensor attention_cuda(torch::Tensor q, torch::Tensor k, torch::Tensor v);",
    cuda_sources=source,
    functions=["attention_cuda"],
    verbose=False,
)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = op

    def forward(self, q, k, v):
        return self.op.attention_cuda(q, k, v)
