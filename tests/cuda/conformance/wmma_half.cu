// Features: wmma 16x16x16: half in, float sum, row and column layouts, ragged K loop
#include <mma.h>
#include "check.h"

using namespace nvcuda;
__global__ void k(const half* a, const half* b, float* c, int m, int n, int kk) {
    int row = blockIdx.y * 16, col = blockIdx.x * 16;
    wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> fb;
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
    wmma::fill_fragment(fc, 0.0f);
    for (int i = 0; i < kk; i += 16) {
        wmma::load_matrix_sync(fa, a + row * kk + i, kk);
        wmma::load_matrix_sync(fb, b + col * kk + i, kk);
        wmma::mma_sync(fc, fa, fb, fc);
    }
    for (int i = 0; i < fc.num_elements; i++) fc.x[i] *= 2.0f;
    wmma::store_matrix_sync(c + row * n + col, fc, n, wmma::mem_row_major);
}
int main() {
    int m = 32, n = 48, kk = 32;
    std::vector<half> a(m * kk), b(n * kk);
    for (auto& v : a) v = __float2half(float(int(bits() % 9) - 4));
    for (auto& v : b) v = __float2half(float(int(bits() % 7) - 3));
    Device<half> x(a), y(b);
    Device<float> z(m * n);
    k<<<dim3(n / 16, m / 16), 32>>>(x, y, z, m, n, kk);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            float s = 0;
            for (int q = 0; q < kk; q++) s += float(a[i * kk + q]) * float(b[j * kk + q]);
            EXPECT(r[i * n + j] == 2 * s);
        }
    return done();
}
