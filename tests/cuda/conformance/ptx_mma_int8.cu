// Features: inline PTX: mma.sync m16n8k32 with signed bytes
#include "check.h"

__global__ void k(const int* a, const int* b, int* c) {
    int l = threadIdx.x, g = l / 4, t = l % 4;
    int ra[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]}, rb[2] = {b[g * 8 + t], b[g * 8 + t + 4]}, rc[4] = {1, 2, 3, 4};
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+r"(rc[0]), "+r"(rc[1]), "+r"(rc[2]), "+r"(rc[3]) : "r"(ra[0]), "r"(ra[1]), "r"(ra[2]), "r"(ra[3]), "r"(rb[0]), "r"(rb[1]));
    c[g * 8 + t * 2] = rc[0] - 1, c[g * 8 + t * 2 + 1] = rc[1] - 2, c[(g + 8) * 8 + t * 2] = rc[2] - 3, c[(g + 8) * 8 + t * 2 + 1] = rc[3] - 4;
}
int main() {
    std::vector<int> a(128), b(64);
    auto pa = reinterpret_cast<signed char*>(a.data()), pb = reinterpret_cast<signed char*>(b.data());
    for (int i = 0; i < 512; i++) pa[i] = (signed char)(i * 7 % 200 - 100);
    for (int i = 0; i < 256; i++) pb[i] = (signed char)(i * 5 % 120 - 60);
    Device<int> A(a), B(b), C(128);
    k<<<1, 32>>>(A, B, C);
    auto r = C.host();
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 8; j++) {
            int s = 0;
            for (int q = 0; q < 32; q++) s += pa[i * 32 + q] * pb[j * 32 + q];
            EXPECT(r[i * 8 + j] == s);
        }
    return done();
}
