#include <cuda_runtime.h>
#include <stdint.h>

__global__ void axpy(const float* __restrict__ x, const float* __restrict__ y, float* __restrict__ z, int64_t n, float alpha) {
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) z[i] = fmaf(alpha, x[i], y[i]);
}

extern "C" void km_axpy(const float* x, const float* y, float* z, int64_t N, double alpha) {
  if (N > 0) axpy<<<(N + 255) / 256, 256>>>(x, y, z, N, float(alpha));
}
