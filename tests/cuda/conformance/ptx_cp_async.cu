// Features: inline PTX: cp.async with groups, double buffering
#include "check.h"

__global__ void k(const float* x, float* o, int n) {
    __shared__ __align__(16) float s[2][128];
    int t = threadIdx.x;
    auto fetch = [&](int buffer, int block) {
        unsigned a = static_cast<unsigned>(__cvta_generic_to_shared(&s[buffer][t * 4]));
        asm volatile("cp.async.cg.shared.global [%0], [%1], %2;\n" ::"r"(a), "l"(x + block * 128 + t * 4), "n"(16));
        asm volatile("cp.async.commit_group;\n" ::);
    };
    fetch(0, 0);
    for (int b = 0; b < n; b++) {
        if (b + 1 < n) fetch((b + 1) & 1, b + 1);
        asm volatile("cp.async.wait_group %0;\n" ::"n"(0));
        __syncthreads();
        for (int i = 0; i < 4; i++) o[b * 128 + t * 4 + i] = s[b & 1][127 - (t * 4 + i)];
        __syncthreads();
    }
}
int main() {
    int n = 5;
    auto a = floats(n * 128);
    Device<float> x(a), o(n * 128);
    k<<<1, 32>>>(x, o, n);
    auto r = o.host();
    for (int i = 0; i < n * 128; i++) EXPECT(r[i] == a[i / 128 * 128 + 127 - i % 128]);
    return done();
}
