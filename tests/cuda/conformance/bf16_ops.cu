// Features: bfloat16: conversions, arithmetic, atomicAdd, __hmax
#include <cuda_bf16.h>
#include "check.h"

__global__ void k(const float* x, __nv_bfloat16* y, __nv_bfloat16* sum, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    __nv_bfloat16 b = __float2bfloat16(x[i]);
    y[i] = b * b + __float2bfloat16(0.25f);
    atomicAdd(sum, __float2bfloat16(1.0f));
    __nv_bfloat162 p = __floats2bfloat162_rn(x[i], -x[i]);
    out[i] = __bfloat162float(__hmax(p.x, p.y));
}
int main() {
    int n = 128;
    auto a = floats(n);
    Device<float> x(a), o(n);
    Device<__nv_bfloat16> y(n), s(1);
    k<<<2, 64>>>(x, y, s, o, n);
    auto b = y.host();
    auto r = o.host();
    EXPECT(__bfloat162float(s.host()[0]) == 128);
    for (int i = 0; i < n; i++) {
        float h = __bfloat162float(__float2bfloat16(a[i]));
        EXPECT(near(__bfloat162float(b[i]), h * h + 0.25f, 0.01));
        EXPECT(r[i] == fabsf(h));
    }
    return done();
}
