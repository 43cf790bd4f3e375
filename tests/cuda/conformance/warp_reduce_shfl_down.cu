// Features: __shfl_down_sync, full mask
#include "check.h"

__global__ void sum(const float* x, float* out) {
    float v = x[blockIdx.x * 32 + threadIdx.x];
    for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(0xffffffff, v, d);
    if (threadIdx.x == 0) out[blockIdx.x] = v;
}
int main() {
    auto a = floats(8 * 32);
    Device<float> x(a), o(8);
    sum<<<8, 32>>>(x, o);
    auto r = o.host();
    for (int b = 0; b < 8; b++) {
        double s = 0;
        for (int i = 0; i < 32; i++) s += a[b * 32 + i];
        EXPECT(near(r[b], s));
    }
    return done();
}
