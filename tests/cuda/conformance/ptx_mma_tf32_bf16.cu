// Features: inline PTX: mma.sync with tf32 (m16n8k8) and bf16 (m16n8k16), cvt.rna.tf32
#include "check.h"

__global__ void k(const float* a, const float* b, float* c, float* d) {
    int l = threadIdx.x, g = l / 4, t = l % 4;
    unsigned ra[4], rb[2];
    float fa[4] = {a[g * 8 + t], a[(g + 8) * 8 + t], a[g * 8 + t + 4], a[(g + 8) * 8 + t + 4]}, fb[2] = {b[t * 8 + g], b[(t + 4) * 8 + g]};
    for (int i = 0; i < 4; i++) asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(ra[i]) : "f"(fa[i]));
    for (int i = 0; i < 2; i++) asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rb[i]) : "f"(fb[i]));
    float r[4] = {};
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(r[0]), "+f"(r[1]), "+f"(r[2]), "+f"(r[3]) : "r"(ra[0]), "r"(ra[1]), "r"(ra[2]), "r"(ra[3]), "r"(rb[0]), "r"(rb[1]));
    c[g * 8 + t * 2] = r[0], c[g * 8 + t * 2 + 1] = r[1], c[(g + 8) * 8 + t * 2] = r[2], c[(g + 8) * 8 + t * 2 + 1] = r[3];
    unsigned pa[4], pb[2];  // the same numbers, K padded to 16 with zeros
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pa[0]) : "f"(a[g * 8 + 2 * t + 1]), "f"(a[g * 8 + 2 * t]));
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pa[1]) : "f"(a[(g + 8) * 8 + 2 * t + 1]), "f"(a[(g + 8) * 8 + 2 * t]));
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pb[0]) : "f"(b[(2 * t + 1) * 8 + g]), "f"(b[2 * t * 8 + g]));
    pa[2] = pa[3] = pb[1] = 0;
    float s[4] = {};
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%10,%10,%10};"
                 : "=f"(s[0]), "=f"(s[1]), "=f"(s[2]), "=f"(s[3]) : "r"(pa[0]), "r"(pa[1]), "r"(pa[2]), "r"(pa[3]), "r"(pb[0]), "r"(pb[1]), "f"(0.0f));
    d[g * 8 + t * 2] = s[0], d[g * 8 + t * 2 + 1] = s[1], d[(g + 8) * 8 + t * 2] = s[2], d[(g + 8) * 8 + t * 2 + 1] = s[3];
}
int main() {
    std::vector<float> a(128), b(64);
    for (int i = 0; i < 128; i++) a[i] = float(i % 9 - 4);
    for (int i = 0; i < 64; i++) b[i] = float(i % 7 - 3);
    Device<float> A(a), B(b), C(128), D(128);
    k<<<1, 32>>>(A, B, C, D);
    auto c = C.host(), d = D.host();
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 8; j++) {
            float s = 0;
            for (int q = 0; q < 8; q++) s += a[i * 8 + q] * b[q * 8 + j];
            EXPECT(c[i * 8 + j] == s && d[i * 8 + j] == s);
        }
    return done();
}
