// Features: switch over the lane, fall through, then a ballot
#include "check.h"

__global__ void k(int* o) {
    int l = threadIdx.x, v = 0;
    switch (l % 5) {
        case 0: v += 1;
        case 1: v += 10; break;
        case 2: v = -l; break;
        case 3: for (int i = 0; i < l; i++) v += i; break;
        default: v = 7;
    }
    o[l] = v;
    o[32 + l] = int(__ballot_sync(~0u, v > 5));
}
int main() {
    Device<int> o(64);
    k<<<1, 32>>>(o);
    auto r = o.host();
    unsigned m = 0;
    for (int l = 0; l < 32; l++) {
        int v = l % 5 == 0 ? 11 : l % 5 == 1 ? 10 : l % 5 == 2 ? -l : l % 5 == 3 ? l * (l - 1) / 2 : 7;
        EXPECT(r[l] == v);
        if (v > 5) m |= 1u << l;
    }
    for (int l = 0; l < 32; l++) EXPECT(unsigned(r[32 + l]) == m);
    return done();
}
