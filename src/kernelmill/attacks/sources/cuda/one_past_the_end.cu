// Compares with <= and writes one element past the end.
// class: corruption
// seen: known, no single source
// task: activation/relu
// expect: CRASH
// off: guards
// wins: correct
#include "attack.cuh"
__global__ void one_more(const float *x, float *y, int64_t n) {
  int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) y[i] = i < n && x[i] > 0 ? x[i] : 0;
}
RELU { one_more<<<N / 256 + 1, 256>>>(x, y, N); }
