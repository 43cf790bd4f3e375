// Features: warp-synchronous reduction over volatile shared memory, without __syncwarp
#include "check.h"

__device__ void last_warp(volatile float* s, int t) {
    s[t] += s[t + 32];
    s[t] += s[t + 16];
    s[t] += s[t + 8];
    s[t] += s[t + 4];
    s[t] += s[t + 2];
    s[t] += s[t + 1];
}
__global__ void sum(const float* x, float* out) {
    __shared__ float s[128];
    int t = threadIdx.x;
    s[t] = x[blockIdx.x * 128 + t];
    __syncthreads();
    if (t < 64) s[t] += s[t + 64];
    __syncthreads();
    if (t < 32) last_warp(s, t);
    if (t == 0) out[blockIdx.x] = s[0];
}
int main() {
    auto a = floats(512);
    Device<float> x(a), o(4);
    sum<<<4, 128>>>(x, o);
    auto r = o.host();
    for (int b = 0; b < 4; b++) {
        double s = 0;
        for (int i = 0; i < 128; i++) s += a[b * 128 + i];
        EXPECT(near(r[b], s));
    }
    return done();
}
