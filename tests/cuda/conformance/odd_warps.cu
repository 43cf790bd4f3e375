// Features: 100 threads: shuffles in a warp that is not full, block sums
#include "check.h"

__global__ void k(const int* x, int* o) {
    __shared__ int s[4];
    int t = threadIdx.x, v = x[t];
    unsigned mask = t < 96 ? ~0u : 0xfu;
    for (int d = 16; d; d /= 2) {
        int u = __shfl_down_sync(mask, v, d);
        if (t % 32 + d < (t < 96 ? 32 : 4)) v += u;
    }
    if (t % 32 == 0) s[t / 32] = v;
    __syncthreads();
    if (t == 0) *o = s[0] + s[1] + s[2] + s[3];
}
int main() {
    auto a = ints(100, 1000);
    Device<int> x(a), o(1);
    k<<<1, 100>>>(x, o);
    int s = 0;
    for (int v : a) s += v;
    EXPECT(o.host()[0] == s);
    return done();
}
