// Features: inline PTX: ldmatrix, mma.sync m16n8k16 with half, a tiled product by two warps
#include <cuda_fp16.h>
#include "check.h"

__device__ void load4(unsigned* r, const half* p) {
    unsigned s = static_cast<unsigned>(__cvta_generic_to_shared(p));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(s));
}
__device__ void load2t(unsigned* r, const half* p) {
    unsigned s = static_cast<unsigned>(__cvta_generic_to_shared(p));
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];\n" : "=r"(r[0]), "=r"(r[1]) : "r"(s));
}
__global__ void gemm(const half* A, const half* B, float* C, int N, int K) {
    __shared__ half a[32][16], b[16][8];
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    float c[4] = {};
    for (int k0 = 0; k0 < K; k0 += 16) {
        for (int i = threadIdx.x; i < 512; i += 64) a[i / 16][i % 16] = A[(blockIdx.y * 32 + i / 16) * K + k0 + i % 16];
        for (int i = threadIdx.x; i < 128; i += 64) b[i / 8][i % 8] = B[(k0 + i / 8) * N + blockIdx.x * 8 + i % 8];
        __syncthreads();
        unsigned ra[4], rb[2];
        load4(ra, &a[warp * 16 + lane % 16][lane / 16 * 8]);
        load2t(rb, &b[lane % 16][0]);
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(ra[0]), "r"(ra[1]), "r"(ra[2]), "r"(ra[3]), "r"(rb[0]), "r"(rb[1]));
        __syncthreads();
    }
    int row = blockIdx.y * 32 + warp * 16 + lane / 4, col = blockIdx.x * 8 + lane % 4 * 2;
    C[row * N + col] = c[0], C[row * N + col + 1] = c[1], C[(row + 8) * N + col] = c[2], C[(row + 8) * N + col + 1] = c[3];
}
int main() {
    int m = 64, n = 24, k = 48;
    std::vector<half> a(m * k), b(k * n);
    for (auto& v : a) v = __float2half(float(int(bits() % 9) - 4));
    for (auto& v : b) v = __float2half(float(int(bits() % 7) - 3));
    Device<half> x(a), y(b);
    Device<float> z(m * n);
    gemm<<<dim3(n / 8, m / 32), 64>>>(x, y, z, n, k);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            float s = 0;
            for (int q = 0; q < k; q++) s += float(a[i * k + q]) * float(b[q * n + j]);
            EXPECT(r[i * n + j] == s);
        }
    return done();
}
