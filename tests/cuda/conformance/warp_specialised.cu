// Features: producer and consumer warps over a ring in shared memory, two barriers a round
#include "check.h"

__global__ void k(const int* x, int* o, int rounds) {
    __shared__ int ring[32];
    int w = threadIdx.x / 32, l = threadIdx.x % 32, sum = 0;
    for (int r = 0; r < rounds; r++) {
        if (w == 0) ring[l] = x[r * 32 + l] * 2;
        __syncthreads();
        if (w == 1) {
            int v = ring[31 - l];
            v += __shfl_down_sync(~0u, v, 1);
            sum += v;
        }
        __syncthreads();
    }
    if (w == 1) o[l] = sum;
}
int main() {
    int rounds = 5;
    auto a = ints(rounds * 32, 50);
    Device<int> x(a), o(32);
    k<<<1, 64>>>(x, o, rounds);
    auto r = o.host();
    for (int l = 0; l < 32; l++) {
        int s = 0;
        for (int q = 0; q < rounds; q++) s += 2 * a[q * 32 + 31 - l] + 2 * a[q * 32 + (l < 31 ? 30 - l : 0)];
        EXPECT(r[l] == s);
    }
    return done();
}
