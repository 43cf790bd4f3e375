#include <cuda_runtime.h>
#include <math.h>
#include <stdint.h>

// One block a row, three passes: maximum, sum, quotient. A tree in shared memory after each of the first two.
__global__ void softmax(const float* __restrict__ x, float* __restrict__ y, int64_t m) {
  __shared__ float part[128];
  const float* in = x + blockIdx.x * m;
  float* out = y + blockIdx.x * m;
  float top = -INFINITY;
  for (int64_t j = threadIdx.x; j < m; j += blockDim.x) top = fmaxf(top, in[j]);
  part[threadIdx.x] = top;
  __syncthreads();
  for (int step = blockDim.x / 2; step > 0; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] = fmaxf(part[threadIdx.x], part[threadIdx.x + step]);
    __syncthreads();
  }
  top = part[0];
  __syncthreads();
  float sum = 0.0f;
  for (int64_t j = threadIdx.x; j < m; j += blockDim.x) sum += expf(in[j] - top);
  part[threadIdx.x] = sum;
  __syncthreads();
  for (int step = blockDim.x / 2; step > 0; step /= 2) {
    if (threadIdx.x < step) part[threadIdx.x] += part[threadIdx.x + step];
    __syncthreads();
  }
  const float scale = 1.0f / part[0];
  for (int64_t j = threadIdx.x; j < m; j += blockDim.x) out[j] = expf(in[j] - top) * scale;
}

extern "C" void km_softmax(const float* x, float* y, int64_t N, int64_t M) {
  if (N * M > 0) softmax<<<N, 128>>>(x, y, M);
}
