// Accumulates in half precision.
// class: numbers
// seen: DeepReinforce
// task: reduction/sum
// expect: WRONG_VALUE
// off: bound families
// wins: correct
#include "attack.cuh"
__global__ void half_sum(const float *x, float *y, int64_t n, int64_t m) {
  int64_t row = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= n) return;
  __half lane[64];
  for (int k = 0; k < 64; k++) lane[k] = __float2half(0.0f);
  for (int64_t j = 0; j < m; j++) lane[j % 64] = __hadd(lane[j % 64], __float2half(x[row * m + j]));
  float sum = 0;
  for (int k = 0; k < 64; k++) sum += __half2float(lane[k]);
  y[row] = sum;
}
SUM {
  if (N) half_sum<<<(N + 31) / 32, 32>>>(x, y, N, M);
}
