// Features: block reduction by shuffles and shared memory, odd number of warps
#include "check.h"

__inline__ __device__ float warp_sum(float v) {
#pragma unroll
    for (int offset = warpSize / 2; offset > 0; offset >>= 1) v += __shfl_xor_sync(0xffffffff, v, offset);
    return v;
}
__global__ void sum(const float* x, float* out, int n) {
    static __shared__ float part[32];
    int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
    float v = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) v += x[blockIdx.x * n + i];
    v = warp_sum(v);
    if (lane == 0) part[warp] = v;
    __syncthreads();
    v = threadIdx.x < blockDim.x / warpSize ? part[lane] : 0.0f;
    if (warp == 0) v = warp_sum(v);
    if (threadIdx.x == 0) out[blockIdx.x] = v;
}
int main() {
    int n = 777;
    auto a = floats(3 * n);
    Device<float> x(a), o(3);
    sum<<<3, 160>>>(x, o, n);
    auto r = o.host();
    for (int b = 0; b < 3; b++) {
        double s = 0;
        for (int i = 0; i < n; i++) s += a[b * n + i];
        EXPECT(near(r[b], s));
    }
    return done();
}
