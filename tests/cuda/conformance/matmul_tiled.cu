// Features: tiled product in shared memory, two barriers a tile, ragged edges
#include "check.h"

#define TILE 16
__global__ void matmul(const float* A, const float* B, float* C, int M, int N, int K) {
    __shared__ float As[TILE][TILE], Bs[TILE][TILE];
    int row = blockIdx.y * TILE + threadIdx.y, col = blockIdx.x * TILE + threadIdx.x;
    float acc = 0.0f;
    for (int t = 0; t < (K + TILE - 1) / TILE; t++) {
        As[threadIdx.y][threadIdx.x] = row < M && t * TILE + threadIdx.x < K ? A[row * K + t * TILE + threadIdx.x] : 0.0f;
        Bs[threadIdx.y][threadIdx.x] = col < N && t * TILE + threadIdx.y < K ? B[(t * TILE + threadIdx.y) * N + col] : 0.0f;
        __syncthreads();
#pragma unroll
        for (int k = 0; k < TILE; k++) acc += As[threadIdx.y][k] * Bs[k][threadIdx.x];
        __syncthreads();
    }
    if (row < M && col < N) C[row * N + col] = acc;
}
int main() {
    int m = 50, n = 37, k = 41;
    auto a = floats(m * k), b = floats(k * n);
    Device<float> x(a), y(b), z(m * n);
    matmul<<<dim3((n + 15) / 16, (m + 15) / 16), dim3(TILE, TILE)>>>(x, y, z, m, n, k);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int q = 0; q < k; q++) s += double(a[i * k + q]) * b[q * n + j];
            EXPECT(near(r[i * n + j], s));
        }
    return done();
}
