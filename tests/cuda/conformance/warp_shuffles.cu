// Features: all four shuffles, widths, 64-bit and double values
#include "check.h"

__global__ void shuffles(int* out, long long* wide, double* d) {
    int l = threadIdx.x;
    out[l] = __shfl_sync(~0u, l * 10, 5);
    out[32 + l] = __shfl_up_sync(~0u, l, 3);
    out[64 + l] = __shfl_down_sync(~0u, l, 7, 16);
    out[96 + l] = __shfl_xor_sync(~0u, l, 5);
    out[128 + l] = __shfl_sync(~0u, l, 3, 8);
    out[160 + l] = __shfl_up_sync(~0u, l, 2, 8);
    out[192 + l] = __shfl_xor_sync(~0u, l, 9, 8);
    wide[l] = __shfl_sync(~0u, (1ll << 40) + l, 31 - l);
    d[l] = __shfl_down_sync(~0u, l * 0.25, 1);
}
int main() {
    Device<int> o(224);
    Device<long long> w(32);
    Device<double> d(32);
    shuffles<<<1, 32>>>(o, w, d);
    auto r = o.host();
    auto v = w.host();
    auto f = d.host();
    for (int l = 0; l < 32; l++) {
        EXPECT(r[l] == 50);
        EXPECT(r[32 + l] == (l >= 3 ? l - 3 : l));
        EXPECT(r[64 + l] == (l % 16 + 7 < 16 ? l + 7 : l));
        EXPECT(r[96 + l] == (l ^ 5));
        EXPECT(r[128 + l] == l / 8 * 8 + 3);
        EXPECT(r[160 + l] == (l % 8 >= 2 ? l - 2 : l));
        EXPECT(r[192 + l] == ((l ^ 9) < l / 8 * 8 + 8 ? (l ^ 9) : l));
        EXPECT(v[l] == (1ll << 40) + 31 - l);
        EXPECT(f[l] == (l < 31 ? (l + 1) * 0.25 : 31 * 0.25));
    }
    return done();
}
