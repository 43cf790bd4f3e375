// Features: one warp reduces in every round of a uniform loop while the others run ahead
#include "check.h"

__global__ void k(const int* x, int* o, int rounds) {
    int w = threadIdx.x / 32, l = threadIdx.x % 32, sum = 0;
    for (int r = 0; r < rounds; r++) {
        if (w == 0) {
            int v = x[r * 32 + l];
            for (int d = 16; d; d /= 2) v += __shfl_xor_sync(~0u, v, d);
            sum += v * (r + 1);
        } else {
            sum += r;
        }
    }
    o[threadIdx.x] = sum;
}
int main() {
    int rounds = 7;
    auto a = ints(rounds * 32, 20);
    Device<int> x(a), o(96);
    k<<<1, 96>>>(x, o, rounds);
    int want = 0;
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < 32; i++) want += a[r * 32 + i] * (r + 1);
    auto r = o.host();
    for (int i = 0; i < 96; i++) EXPECT(r[i] == (i < 32 ? want : rounds * (rounds - 1) / 2));
    return done();
}
