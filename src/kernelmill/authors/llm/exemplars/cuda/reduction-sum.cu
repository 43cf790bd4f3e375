#include <cuda_runtime.h>
#include <stdint.h>

// One warp a row: each lane a stride, then the lanes are added by shuffles.
__global__ void sum_rows(const float* __restrict__ x, float* __restrict__ y, int64_t n, int64_t m) {
  const int64_t row = int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
  if (row >= n) return;
  float sum = 0.0f;
  for (int64_t j = threadIdx.x % 32; j < m; j += 32) sum += x[row * m + j];
  for (int step = 16; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffff, sum, step);
  if (threadIdx.x % 32 == 0) y[row] = sum;
}

extern "C" void km_sum(const float* x, float* y, int64_t N, int64_t M) {
  if (N > 0) sum_rows<<<(N + 3) / 4, 128>>>(x, y, N, M);
}
