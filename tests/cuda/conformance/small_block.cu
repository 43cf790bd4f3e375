// Features: blocks smaller than a warp and not multiples of it
#include "check.h"

__global__ void k(int* o) {
    unsigned mask = __activemask();
    int v = threadIdx.x + 1;
    for (int d = 16; d; d /= 2) {
        int u = __shfl_down_sync(mask, v, d);
        if (threadIdx.x + d < blockDim.x) v += u;
    }
    if (threadIdx.x == 0) o[blockIdx.x] = v;
}
int main() {
    for (int n : {1, 2, 7, 20, 31}) {
        Device<int> o(2);
        k<<<2, n>>>(o);
        auto r = o.host();
        EXPECT(r[0] == n * (n + 1) / 2 && r[1] == r[0]);
    }
    return done();
}
