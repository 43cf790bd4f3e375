// Features: FFT in shared memory, complex numbers as float2, twiddles by sincospif
#include "check.h"

__global__ void fft(const float2* x, float2* y, int log_n) {
    extern __shared__ float2 s[];
    int n = 1 << log_n, t = threadIdx.x;
    for (int i = t; i < n; i += blockDim.x) s[__brev(i) >> (32 - log_n)] = x[blockIdx.x * n + i];
    __syncthreads();
    for (int half = 1; half < n; half *= 2) {
        for (int i = t; i < n / 2; i += blockDim.x) {
            int k = i % half, a = i / half * 2 * half + k, b = a + half;
            float c, w;
            sincospif(-float(k) / half, &w, &c);
            float2 u = s[a], v = s[b], z = make_float2(v.x * c - v.y * w, v.x * w + v.y * c);
            s[a] = make_float2(u.x + z.x, u.y + z.y);
            s[b] = make_float2(u.x - z.x, u.y - z.y);
        }
        __syncthreads();
    }
    for (int i = t; i < n; i += blockDim.x) y[blockIdx.x * n + i] = s[i];
}
int main() {
    const int log_n = 7, n = 1 << log_n;
    auto a = floats(2 * 2 * n);
    Device<float> x(a), y(2 * 2 * n);
    fft<<<2, 32, n * sizeof(float2)>>>((float2*)x.p, (float2*)y.p, log_n);
    auto r = y.host();
    for (int b = 0; b < 2; b++)
        for (int k = 0; k < n; k += 5) {
            double re = 0, im = 0;
            for (int i = 0; i < n; i++) {
                double w = -2 * M_PI * k * i / n, c = a[2 * (b * n + i)], d = a[2 * (b * n + i) + 1];
                re += c * cos(w) - d * sin(w), im += c * sin(w) + d * cos(w);
            }
            EXPECT(near(r[2 * (b * n + k)], re, 1e-3) && near(r[2 * (b * n + k) + 1], im, 1e-3));
        }
    return done();
}
