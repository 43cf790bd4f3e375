#include <cuda_runtime.h>
#include <stdint.h>

// One block a row: the squares are summed by a tree in shared memory, then every thread scales its columns.
__global__ void rms_norm(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ y, int64_t m, float eps) {
  __shared__ float sums[128];
  const float* in = x + blockIdx.x * m;
  float sum = 0.0f;
  for (int64_t j = threadIdx.x; j < m; j += blockDim.x) sum = fmaf(in[j], in[j], sum);
  sums[threadIdx.x] = sum;
  __syncthreads();
  for (int step = blockDim.x / 2; step > 0; step /= 2) {
    if (threadIdx.x < step) sums[threadIdx.x] += sums[threadIdx.x + step];
    __syncthreads();
  }
  const float scale = 1.0f / sqrtf(sums[0] / float(m) + eps);
  for (int64_t j = threadIdx.x; j < m; j += blockDim.x) y[blockIdx.x * m + j] = in[j] * scale * weight[j];
}

extern "C" void km_rms_norm(const float* x, const float* weight, float* y, int64_t N, int64_t M, double eps) {
  if (N * M > 0) rms_norm<<<N, 128>>>(x, weight, y, M, float(eps));
}
