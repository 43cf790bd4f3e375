// Features: __match_any_sync, __match_all_sync
#include "check.h"

__global__ void match(const int* x, unsigned* out, int* all) {
    int l = threadIdx.x;
    out[l] = __match_any_sync(~0u, x[l]);
    int p;
    out[32 + l] = __match_all_sync(~0u, x[0] + 1, &p);
    all[l] = p;
    __match_all_sync(~0u, l, &p);
    all[32 + l] = p;
}
int main() {
    auto a = ints(32, 4);
    Device<int> x(a), p(64);
    Device<unsigned> o(64);
    match<<<1, 32>>>(x, o, p);
    auto r = o.host();
    auto q = p.host();
    for (int l = 0; l < 32; l++) {
        unsigned m = 0;
        for (int k = 0; k < 32; k++)
            if (a[k] == a[l]) m |= 1u << k;
        EXPECT(r[l] == m && r[32 + l] == ~0u && q[l] == 1 && q[32 + l] == 0);
    }
    return done();
}
