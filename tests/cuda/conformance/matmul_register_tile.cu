// Features: register tiles, double buffering, float4 loads
#include "check.h"

template <int BM, int BN, int BK, int TM, int TN> __global__ void matmul(const float* A, const float* B, float* C, int M, int N, int K) {
    __shared__ float As[2][BK][BM], Bs[2][BK][BN];
    float acc[TM][TN] = {};
    constexpr int threads = (BM / TM) * (BN / TN);
    int tx = threadIdx.x % (BN / TN), ty = threadIdx.x / (BN / TN);
    auto load = [&](int buffer, int k0) {
        for (int i = threadIdx.x * 4; i < BM * BK; i += threads * 4) {
            float4 v = *reinterpret_cast<const float4*>(&A[(blockIdx.y * BM + i / BK) * K + k0 + i % BK]);
            As[buffer][i % BK][i / BK] = v.x, As[buffer][i % BK + 1][i / BK] = v.y, As[buffer][i % BK + 2][i / BK] = v.z, As[buffer][i % BK + 3][i / BK] = v.w;
        }
        for (int i = threadIdx.x * 4; i < BK * BN; i += threads * 4)
            *reinterpret_cast<float4*>(&Bs[buffer][i / BN][i % BN]) = *reinterpret_cast<const float4*>(&B[(k0 + i / BN) * N + blockIdx.x * BN + i % BN]);
    };
    load(0, 0);
    __syncthreads();
    for (int k0 = 0, now = 0; k0 < K; k0 += BK, now ^= 1) {
        if (k0 + BK < K) load(now ^ 1, k0 + BK);
#pragma unroll
        for (int k = 0; k < BK; k++)
            for (int i = 0; i < TM; i++)
                for (int j = 0; j < TN; j++) acc[i][j] += As[now][k][ty * TM + i] * Bs[now][k][tx * TN + j];
        __syncthreads();
    }
    for (int i = 0; i < TM; i++)
        for (int j = 0; j < TN; j++) C[(blockIdx.y * BM + ty * TM + i) * N + blockIdx.x * BN + tx * TN + j] = acc[i][j];
}
int main() {
    int m = 64, n = 64, k = 40;
    auto a = floats(m * k), b = floats(k * n);
    Device<float> x(a), y(b), z(m * n);
    matmul<32, 32, 8, 4, 4><<<dim3(n / 32, m / 32), 64>>>(x, y, z, m, n, k);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int q = 0; q < k; q++) s += double(a[i * k + q]) * b[q * n + j];
            EXPECT(near(r[i * n + j], s));
        }
    return done();
}
