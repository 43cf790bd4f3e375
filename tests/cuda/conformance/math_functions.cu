// Features: device math: fast intrinsics, rsqrtf, erff, sincosf, fmaf, roundings
#include "check.h"

__global__ void k(const float* x, float* o, int n) {
    int i = threadIdx.x;
    float v = x[i], s, c;
    sincosf(v, &s, &c);
    float r[] = {__expf(v), __logf(v), rsqrtf(v), erff(v), tanhf(v), s, c, powf(v, 1.5f), fmaf(v, v, 1.0f), __fdividef(1.0f, v), exp2f(v), log1pf(v), cbrtf(v), sinpif(v), normcdff(v), __saturatef(v), __fmul_rn(v, 3.0f), hypotf(v, 2.0f)};
    for (int k = 0; k < 18; k++) o[k * n + i] = r[k];
}
int main() {
    const int n = 50;
    auto a = floats(n, 0.1f, 4);
    Device<float> x(a), o(18 * n);
    k<<<1, n>>>(x, o, n);
    auto r = o.host();
    for (int i = 0; i < n; i++) {
        double v = a[i], w[] = {exp(v), log(v), 1 / sqrt(v), erf(v), tanh(v), sin(v), cos(v), pow(v, 1.5), v * v + 1, 1 / v, exp2(v), log1p(v), cbrt(v), sin(M_PI * v), 0.5 * erfc(-v / sqrt(2.0)), v < 1 ? v : 1, v * 3, hypot(v, 2.0)};
        for (int k = 0; k < 18; k++) EXPECT(near(r[k * n + i], w[k], 2e-6));
    }
    return done();
}
