#include <cuda_runtime.h>
#include <stdint.h>

#define TILE 16

// Tiles of a and b go through shared memory; what lies outside the matrices is read as zero.
__global__ void product(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int64_t M, int64_t K, int64_t N) {
  __shared__ float left[TILE][TILE], right[TILE][TILE];
  const int64_t row = int64_t(blockIdx.y) * TILE + threadIdx.y, column = int64_t(blockIdx.x) * TILE + threadIdx.x;
  float sum = 0.0f;
  for (int64_t k = 0; k < K; k += TILE) {
    left[threadIdx.y][threadIdx.x] = row < M && k + threadIdx.x < K ? a[row * K + k + threadIdx.x] : 0.0f;
    right[threadIdx.y][threadIdx.x] = column < N && k + threadIdx.y < K ? b[(k + threadIdx.y) * N + column] : 0.0f;
    __syncthreads();
    for (int i = 0; i < TILE; i++) sum = fmaf(left[threadIdx.y][i], right[i][threadIdx.x], sum);
    __syncthreads();
  }
  if (row < M && column < N) c[row * N + column] = sum;
}

extern "C" void km_tall_skinny(const float* a, const float* b, float* c, int64_t M, int64_t K, int64_t N) {
  if (M * N > 0) product<<<dim3((N + TILE - 1) / TILE, (M + TILE - 1) / TILE), dim3(TILE, TILE)>>>(a, b, c, M, K, N);
}
