// Features: curand: Philox reproducible by sequence, moments of uniform and normal
#include <curand_kernel.h>
#include "check.h"

__global__ void k(float* u, float* g, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    curandStatePhilox4_32_10_t s;
    curand_init(1234, i, 0, &s);
    u[i] = curand_uniform(&s);
    curandState x;
    curand_init(7, i, 0, &x);
    g[i] = curand_normal(&x);
}
int main() {
    int n = 4096;
    Device<float> u(n), v(n), g(n);
    k<<<n / 128, 128>>>(u, g, n);
    k<<<n / 64, 64>>>(v, g, n);
    auto a = u.host(), b = v.host(), c = g.host();
    EXPECT(a == b);
    double mean = 0, m2 = 0, gm = 0, g2 = 0;
    for (int i = 0; i < n; i++) mean += a[i] / n, m2 += a[i] * a[i] / n, gm += c[i] / n, g2 += c[i] * c[i] / n;
    EXPECT(std::fabs(mean - 0.5) < 0.02 && std::fabs(m2 - 1.0 / 3) < 0.02 && std::fabs(gm) < 0.06 && std::fabs(g2 - 1) < 0.1);
    for (float q : a) EXPECT(q > 0 && q <= 1);
    return done();
}
