// Features: per-row absolute maximum, rounding to int8, dequantization
#include "check.h"

__global__ void quantize(const float* x, signed char* q, float* scale, int n) {
    __shared__ float s[64];
    const float* row = x + blockIdx.x * n;
    float m = 0;
    for (int i = threadIdx.x; i < n; i += 64) m = fmaxf(m, fabsf(row[i]));
    s[threadIdx.x] = m;
    __syncthreads();
    for (int k = 32; k; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] = fmaxf(s[threadIdx.x], s[threadIdx.x + k]);
        __syncthreads();
    }
    float f = s[0] / 127.0f;
    if (threadIdx.x == 0) scale[blockIdx.x] = f;
    for (int i = threadIdx.x; i < n; i += 64) q[blockIdx.x * n + i] = (signed char)__float2int_rn(row[i] / f);
}
int main() {
    int rows = 4, n = 130;
    auto a = floats(rows * n, -3, 3);
    Device<float> x(a), s(rows);
    Device<signed char> q(rows * n);
    quantize<<<rows, 64>>>(x, q, s, n);
    auto r = q.host();
    auto f = s.host();
    for (int b = 0; b < rows; b++) {
        float m = 0;
        for (int i = 0; i < n; i++) m = fmaxf(m, fabsf(a[b * n + i]));
        EXPECT(f[b] == m / 127.0f);
        for (int i = 0; i < n; i++) EXPECT(std::fabs(r[b * n + i] * f[b] - a[b * n + i]) <= f[b] * 0.5001f);
    }
    return done();
}
