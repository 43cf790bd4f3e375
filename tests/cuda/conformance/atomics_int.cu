// Features: integer atomics: add, sub, min, max, and, or, xor, exch, inc, dec, CAS
#include "check.h"

__global__ void all(int* v, unsigned* u) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    atomicAdd(&v[0], i);
    atomicSub(&v[1], 2);
    atomicMin(&v[2], 100 - i);
    atomicMax(&v[3], i * 3);
    atomicAnd(&v[4], ~(1 << (i % 20)));
    atomicOr(&v[5], 1 << (i % 25));
    atomicXor(&v[6], i);
    atomicInc(&u[0], 9u);
    atomicDec(&u[1], 6u);
    int old = v[7], seen;
    do {
        seen = old;
        old = atomicCAS(&v[7], seen, seen + i);
    } while (old != seen);
    atomicExch(&v[8], 42);
}
int main() {
    std::vector<int> a(9, 0);
    a[2] = 1 << 20, a[4] = -1;
    Device<int> v(a);
    Device<unsigned> u(2);
    all<<<4, 64>>>(v, u);
    auto r = v.host();
    auto q = u.host();
    int xo = 0;
    for (int i = 0; i < 256; i++) xo ^= i;
    EXPECT(r[0] == 255 * 128 && r[1] == -512 && r[2] == -155 && r[3] == 765 && r[4] == ~((1 << 20) - 1) && r[5] == (1 << 25) - 1 && r[6] == xo && r[7] == 255 * 128 && r[8] == 42);
    unsigned inc = 0, dec = 0;
    for (int i = 0; i < 256; i++) inc = inc >= 9 ? 0 : inc + 1, dec = dec == 0 || dec > 6 ? 6 : dec - 1;
    EXPECT(q[0] == inc && q[1] == dec);
    return done();
}
