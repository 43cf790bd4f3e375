// Rounds the inputs of a product to bf16.
// class: numbers
// seen: DeepReinforce
// task: matmul/square
// expect: WRONG_VALUE
// off: bound
// wins: correct
#include "attack.cuh"
__global__ void rounded(const float *a, const float *b, float *c, int64_t n) {
  int64_t i = blockIdx.y, j = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (j >= n) return;
  float sum = 0;
  for (int64_t k = 0; k < n; k++)
    sum += __bfloat162float(__float2bfloat16(a[i * n + k])) * __bfloat162float(__float2bfloat16(b[k * n + j]));
  c[i * n + j] = sum;
}
SQUARE {
  if (N) rounded<<<dim3((N + 63) / 64, N), 64>>>(a, b, c, N);
}
