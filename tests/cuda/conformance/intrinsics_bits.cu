// Features: popc, clz, ffs, brev, byte_perm, funnelshift, mulhi, dp4a, SIMD in a word
#include "check.h"

__global__ void k(const unsigned* x, unsigned* o) {
    int i = threadIdx.x;
    unsigned a = x[i], b = x[i + 32];
    unsigned r[] = {unsigned(__popc(a)), unsigned(__clz(int(a))), unsigned(__ffs(int(a))), __brev(a), __byte_perm(a, b, 0x6240), __funnelshift_l(a, b, 5),
                    __funnelshift_r(a, b, 37), __umulhi(a, b), unsigned(__mulhi(int(a), int(b))), unsigned(__dp4a(int(a), int(b), 3)), __vadd4(a, b), __vmaxu4(a, b), unsigned(__mul24(int(a), int(b))), __usad(a, b, 1u)};
    for (int k = 0; k < 14; k++) o[k * 32 + i] = r[k];
}
int main() {
    std::vector<unsigned> v(64);
    for (auto& u : v) u = bits() * 2654435761u;
    Device<unsigned> x(v), o(14 * 32);
    k<<<1, 32>>>(x, o);
    auto r = o.host();
    for (int i = 0; i < 32; i++) {
        unsigned a = v[i], b = v[i + 32], pop = 0, rev = 0, vadd = 0, vmax = 0;
        int dp = 3;
        for (int k = 0; k < 32; k++) pop += a >> k & 1, rev |= (a >> k & 1) << (31 - k);
        for (int k = 0; k < 4; k++) {
            unsigned p = a >> 8 * k & 255, q = b >> 8 * k & 255;
            dp += int((signed char)p) * int((signed char)q), vadd |= ((p + q) & 255) << 8 * k, vmax |= std::max(p, q) << 8 * k;
        }
        unsigned long long both = (unsigned long long)b << 32 | a;
        EXPECT(r[i] == pop && r[96 + i] == rev && r[9 * 32 + i] == unsigned(dp) && r[10 * 32 + i] == vadd && r[11 * 32 + i] == vmax);
        EXPECT(r[128 + i] == ((a & 0x00ff00ff) | (b & 0x00ff00ff) << 8));
        EXPECT(r[160 + i] == unsigned((both << 5) >> 32) && r[192 + i] == unsigned(both >> 5) && r[224 + i] == unsigned((unsigned long long)a * b >> 32));
        EXPECT(r[13 * 32 + i] == (a > b ? a - b : b - a) + 1);
    }
    return done();
}
