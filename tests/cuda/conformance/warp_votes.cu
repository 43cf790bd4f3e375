// Features: __ballot_sync, __any_sync, __all_sync, __activemask
#include "check.h"

__global__ void votes(unsigned* out) {
    int l = threadIdx.x;
    out[l] = __ballot_sync(~0u, l % 3 == 0);
    out[32 + l] = unsigned(__any_sync(~0u, l == 17)) + 2 * unsigned(__all_sync(~0u, l < 32)) + 4 * unsigned(__all_sync(~0u, l > 0));
    if (l < 8) out[64 + l] = __ballot_sync(0xff, l & 1);
    out[96 + l] = __activemask();
}
int main() {
    Device<unsigned> o(128);
    votes<<<1, 32>>>(o);
    auto r = o.host();
    for (int l = 0; l < 32; l++) {
        EXPECT(r[l] == 0x49249249u);
        EXPECT(r[32 + l] == 3);
        if (l < 8) EXPECT(r[64 + l] == 0xaa);
        EXPECT(r[96 + l] == ~0u);
    }
    return done();
}
