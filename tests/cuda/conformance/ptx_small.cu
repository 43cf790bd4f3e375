// Features: inline PTX: special registers, prmt, lop3, bfe, shf, predicates, carry, ld and st
#include "check.h"

__global__ void k(unsigned* o, const unsigned* x) {
    unsigned lane, r, hi, lo;
    asm("mov.u32 %0, %%laneid;" : "=r"(lane));
    asm("lop3.b32 %0, %1, %2, %3, 0x96;" : "=r"(r) : "r"(x[0]), "r"(x[1]), "r"(lane));
    o[lane] = r;
    asm("prmt.b32 %0, %1, %2, 0x5410;" : "=r"(r) : "r"(x[0]), "r"(x[1]));
    o[32 + lane] = r;
    asm("bfe.u32 %0, %1, 4, 8;" : "=r"(r) : "r"(x[0]));
    o[64 + lane] = r;
    asm("{\n\t.reg .pred p;\n\tsetp.ge.u32 p, %1, 16;\n\tselp.u32 %0, 1, 2, p;\n\t@p add.u32 %0, %0, 10;\n\t}" : "=r"(r) : "r"(lane));
    o[96 + lane] = r;
    asm("add.cc.u32 %0, %2, %3;\n\taddc.u32 %1, 0, 0;" : "=r"(lo), "=r"(hi) : "r"(0xfffffff0u), "r"(lane));
    o[128 + lane] = lo, o[160 + lane] = hi;
    asm volatile("ld.global.nc.u32 %0, [%1];" : "=r"(r) : "l"(x + 1));
    asm volatile("st.global.u32 [%0], %1;" ::"l"(o + 192 + lane), "r"(r + lane) : "memory");
    asm("mul.wide.u32 %0, %1, %2;" : "=l"(*(unsigned long long*)&o[224 + 2 * lane]) : "r"(x[0]), "r"(lane));
}
int main() {
    std::vector<unsigned> v = {0xdeadbeef, 0x12345678};
    Device<unsigned> x(v), o(288);
    k<<<1, 32>>>(o, x);
    auto r = o.host();
    for (unsigned l = 0; l < 32; l++) {
        EXPECT(r[l] == (v[0] ^ v[1] ^ l) && r[32 + l] == ((v[0] & 0xffff) | v[1] << 16) && r[64 + l] == (v[0] >> 4 & 255));
        EXPECT(r[96 + l] == (l >= 16 ? 11u : 2u) && r[128 + l] == 0xfffffff0u + l && r[160 + l] == (l >= 16) && r[192 + l] == v[1] + l);
        unsigned long long p = (unsigned long long)v[0] * l;
        EXPECT(r[224 + 2 * l] == unsigned(p) && r[225 + 2 * l] == unsigned(p >> 32));
    }
    return done();
}
