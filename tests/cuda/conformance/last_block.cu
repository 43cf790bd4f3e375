// Features: threadFenceReduction: the last block to finish adds the parts
#include "check.h"

__device__ unsigned int finished = 0;
__global__ void sum(const float* x, volatile float* part, float* out, int n) {
    __shared__ float s[64];
    __shared__ bool last;
    int t = threadIdx.x;
    float v = 0;
    for (int i = blockIdx.x * 64 + t; i < n; i += gridDim.x * 64) v += x[i];
    s[t] = v;
    __syncthreads();
    for (int k = 32; k; k >>= 1) {
        if (t < k) s[t] += s[t + k];
        __syncthreads();
    }
    if (t == 0) {
        part[blockIdx.x] = s[0];
        __threadfence();
        last = atomicInc(&finished, gridDim.x) == gridDim.x - 1;
    }
    __syncthreads();
    if (last && t == 0) {
        float all = 0;
        for (int b = 0; b < gridDim.x; b++) all += part[b];
        *out = all;
        finished = 0;
    }
}
int main() {
    int n = 3000;
    auto a = floats(n);
    Device<float> x(a), p(12), o(1);
    for (int k = 0; k < 2; k++) sum<<<12, 64>>>(x, p, o, n);
    double s = 0;
    for (float v : a) s += v;
    EXPECT(near(o.host()[0], s));
    return done();
}
