// Features: __reduce_add_sync, min, max, and, or, xor
#include "check.h"

__global__ void reduce(const int* x, int* s, unsigned* u) {
    int l = threadIdx.x, v = x[l] - 50;
    int r0 = __reduce_add_sync(~0u, v), r1 = __reduce_min_sync(~0u, v), r2 = __reduce_max_sync(~0u, v);
    unsigned r3 = __reduce_and_sync(~0u, unsigned(x[l]) | 64u), r4 = __reduce_or_sync(~0u, unsigned(x[l])), r5 = __reduce_xor_sync(~0u, unsigned(x[l]));
    if (l == 9) s[0] = r0, s[1] = r1, s[2] = r2, u[0] = r3, u[1] = r4, u[2] = r5;
}
int main() {
    auto a = ints(32, 100);
    Device<int> x(a), s(3);
    Device<unsigned> u(3);
    reduce<<<1, 32>>>(x, s, u);
    int sum = 0, lo = 1000, hi = -1000;
    unsigned an = ~0u, orr = 0, xo = 0;
    for (int v : a) sum += v - 50, lo = std::min(lo, v - 50), hi = std::max(hi, v - 50), an &= unsigned(v) | 64u, orr |= unsigned(v), xo ^= unsigned(v);
    auto r = s.host();
    auto q = u.host();
    EXPECT(r[0] == sum && r[1] == lo && r[2] == hi && q[0] == an && q[1] == orr && q[2] == xo);
    return done();
}
