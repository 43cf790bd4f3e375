// Features: wmma with bfloat16 and with int8, accumulators of int
#include <mma.h>
#include "check.h"

using namespace nvcuda;
__global__ void k(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c, const signed char* d, const signed char* e, int* f) {
    wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, wmma::row_major> fa;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, wmma::row_major> fb;
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
    wmma::fill_fragment(fc, 1.0f);
    wmma::load_matrix_sync(fa, a, 16);
    wmma::load_matrix_sync(fb, b, 16);
    wmma::mma_sync(fc, fa, fb, fc);
    wmma::store_matrix_sync(c, fc, 16, wmma::mem_col_major);
    wmma::fragment<wmma::matrix_a, 16, 16, 16, signed char, wmma::row_major> ia;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, signed char, wmma::col_major> ib;
    wmma::fragment<wmma::accumulator, 16, 16, 16, int> ic;
    wmma::fill_fragment(ic, 0);
    wmma::load_matrix_sync(ia, d, 16);
    wmma::load_matrix_sync(ib, e, 16);
    wmma::mma_sync(ic, ia, ib, ic);
    wmma::store_matrix_sync(f, ic, 16, wmma::mem_row_major);
}
int main() {
    std::vector<__nv_bfloat16> a(256), b(256);
    std::vector<signed char> d(256), e(256);
    for (int i = 0; i < 256; i++) a[i] = float(i % 5 - 2), b[i] = float(i % 7 - 3), d[i] = (signed char)(i % 11 - 5), e[i] = (signed char)(i % 13 - 6);
    Device<__nv_bfloat16> A(a), B(b);
    Device<signed char> D(d), E(e);
    Device<float> C(256);
    Device<int> F(256);
    k<<<1, 32>>>(A, B, C, D, E, F);
    auto c = C.host();
    auto f = F.host();
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) {
            float s = 1;
            int t = 0;
            for (int k = 0; k < 16; k++) s += float(a[i * 16 + k]) * float(b[k * 16 + j]), t += d[i * 16 + k] * e[j * 16 + k];
            EXPECT(c[j * 16 + i] == s && f[i * 16 + j] == t);
        }
    return done();
}
