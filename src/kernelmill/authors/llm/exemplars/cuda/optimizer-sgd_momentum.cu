#include <cuda_runtime.h>
#include <stdint.h>

// In place: param and momentum are read and written.
__global__ void sgd(const float* __restrict__ grad, float* param, float* momentum, int64_t n, float rate, float keep) {
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float m = fmaf(keep, momentum[i], grad[i]);
  momentum[i] = m;
  param[i] -= rate * m;
}

extern "C" void km_sgd_momentum(const float* grad, float* param, float* momentum, int64_t N, double lr, double mu) {
  if (N > 0) sgd<<<(N + 255) / 256, 256>>>(grad, param, momentum, N, float(lr), float(mu));
}
