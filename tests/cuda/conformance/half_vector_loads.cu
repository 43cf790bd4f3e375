// Features: half8 through float4, products summed in float
#include <cuda_fp16.h>
#include "check.h"

__global__ void dot(const half* a, const half* b, float* o, int n) {
    float s = 0;
    for (int i = threadIdx.x * 8; i < n; i += blockDim.x * 8) {
        float4 u = *reinterpret_cast<const float4*>(a + i), v = *reinterpret_cast<const float4*>(b + i);
        const half2 *p = reinterpret_cast<const half2*>(&u), *q = reinterpret_cast<const half2*>(&v);
#pragma unroll
        for (int k = 0; k < 4; k++) {
            float2 x = __half22float2(p[k]), y = __half22float2(q[k]);
            s += x.x * y.x + x.y * y.y;
        }
    }
    atomicAdd(o, s);
}
int main() {
    int n = 1024;
    std::vector<half> a(n), b(n);
    float want = 0;
    for (int i = 0; i < n; i++) a[i] = __float2half(float(i % 7 - 3)), b[i] = __float2half(float(i % 5 - 2)), want += float(i % 7 - 3) * float(i % 5 - 2);
    Device<half> x(a), y(b);
    Device<float> o(1);
    dot<<<1, 64>>>(x, y, o, n);
    EXPECT(o.host()[0] == want);
    return done();
}
