// Features: shuffles among the lanes of a mask while others are elsewhere
#include "check.h"

__global__ void halves(int* out) {
    int l = threadIdx.x, v = l;
    if (l < 16) {
        for (int d = 8; d > 0; d /= 2) v += __shfl_down_sync(0x0000ffff, v, d, 16);
    } else {
        for (int d = 8; d > 0; d /= 2) v = max(v, __shfl_xor_sync(0xffff0000, v, d, 16));
    }
    out[l] = v;
}
int main() {
    Device<int> o(32);
    halves<<<1, 32>>>(o);
    auto r = o.host();
    EXPECT(r[0] == 120);
    for (int l = 16; l < 32; l++) EXPECT(r[l] == 31);
    return done();
}
