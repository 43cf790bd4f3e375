// Features: inline PTX: ex2, lg2, rcp, rsqrt, fma, min, max, selp, cvt with modes
#include "check.h"

__global__ void k(const float* x, float* o, int n) {
    int i = threadIdx.x;
    float v = x[i], r;
    int q;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v)); o[i] = r;
    asm("lg2.approx.f32 %0, %1;" : "=f"(r) : "f"(v)); o[n + i] = r;
    asm("rsqrt.approx.f32 %0, %1;" : "=f"(r) : "f"(v)); o[2 * n + i] = r;
    asm("fma.rn.f32 %0, %1, %1, 0f3F800000;" : "=f"(r) : "f"(v)); o[3 * n + i] = r;
    asm("{ .reg .f32 t; min.f32 t, %1, 0f40000000; max.f32 %0, t, 0f3F800000; }" : "=f"(r) : "f"(v)); o[4 * n + i] = r;
    asm("cvt.rzi.s32.f32 %0, %1;" : "=r"(q) : "f"(v)); o[5 * n + i] = float(q);
    asm("cvt.rn.f32.s32 %0, %1;" : "=f"(r) : "r"(i - 5)); o[6 * n + i] = r;
}
int main() {
    int n = 32;
    auto a = floats(n, 0.2f, 4);
    Device<float> x(a), o(7 * n);
    k<<<1, n>>>(x, o, n);
    auto r = o.host();
    for (int i = 0; i < n; i++) {
        double v = a[i], w[] = {exp2(v), log2(v), 1 / sqrt(v), v * v + 1, v < 1 ? 1 : v > 2 ? 2 : v, std::trunc(v), double(i - 5)};
        for (int k = 0; k < 7; k++) EXPECT(near(r[k * n + i], w[k], 1e-5));
    }
    return done();
}
