#include <cuda_runtime.h>
#include <stdint.h>

__global__ void hardswish(const float* __restrict__ x, float* __restrict__ y, int64_t n) {
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] * fminf(fmaxf(x[i] + 3.0f, 0.0f), 6.0f) / 6.0f;
}

extern "C" void km_hardswish(const float* x, float* y, int64_t N) {
  if (N > 0) hardswish<<<(N + 255) / 256, 256>>>(x, y, N);
}
