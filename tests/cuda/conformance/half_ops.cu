// Features: half and half2 arithmetic, conversions, comparisons, __hfma2
#include <cuda_fp16.h>
#include "check.h"

__global__ void k(const float* x, float* out, int n) {
    int i = threadIdx.x;
    if (i >= n) return;
    half h = __float2half(x[i]), one = __float2half(1.0f);
    half2 p = __halves2half2(h, one), q = __hfma2(p, p, __float2half2_rn(0.5f));
    out[i] = __half2float(__hadd(h, one));
    out[n + i] = __low2float(q) + __high2float(q);
    out[2 * n + i] = __hgt(h, __float2half(0.0f)) ? 1 : -1;
    out[3 * n + i] = __half2float(h * h - one / (one + one));
}
inline float r16(float f) { return __half2float(__float2half(f)); }
int main() {
    int n = 64;
    auto a = floats(n);
    Device<float> x(a), o(4 * n);
    k<<<1, 64>>>(x, o, n);
    auto r = o.host();
    for (int i = 0; i < n; i++) {
        float h = r16(a[i]);
        EXPECT(r[i] == r16(h + 1));
        EXPECT(near(r[n + i], r16(h * h + 0.5f) + 1.5f, 1e-3));
        EXPECT(r[2 * n + i] == (h > 0 ? 1 : -1));
        EXPECT(near(r[3 * n + i], r16(h * h) - 0.5f, 1e-3));
    }
    return done();
}
