// Features: Welford's mean and variance joined over shuffles and shared memory
#include "check.h"

struct Stat { float n, mean, m2; };
__device__ Stat join(Stat a, Stat b) {
    float n = a.n + b.n, d = b.mean - a.mean;
    return n == 0 ? a : Stat{n, a.mean + d * b.n / n, a.m2 + b.m2 + d * d * a.n * b.n / n};
}
__global__ void stats(const float* x, float* mean, float* var, int n, int c) {
    __shared__ Stat s[4];
    Stat v = {0, 0, 0};
    for (int i = threadIdx.x; i < n; i += blockDim.x) v = join(v, Stat{1, x[i * c + blockIdx.x], 0});
    for (int d = 16; d; d /= 2) v = join(v, Stat{__shfl_down_sync(~0u, v.n, d), __shfl_down_sync(~0u, v.mean, d), __shfl_down_sync(~0u, v.m2, d)});
    if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int i = 1; i < 4; i++) v = join(v, s[i]);
        mean[blockIdx.x] = v.mean, var[blockIdx.x] = v.m2 / v.n;
    }
}
int main() {
    int n = 150, c = 3;
    auto a = floats(n * c, 5, 9);
    Device<float> x(a), m(c), v(c);
    stats<<<c, 128>>>(x, m, v, n, c);
    auto rm = m.host(), rv = v.host();
    for (int k = 0; k < c; k++) {
        double s = 0, q = 0;
        for (int i = 0; i < n; i++) s += a[i * c + k] / n;
        for (int i = 0; i < n; i++) q += (a[i * c + k] - s) * (a[i * c + k] - s) / n;
        EXPECT(near(rm[k], s) && near(rv[k], q, 1e-3));
    }
    return done();
}
