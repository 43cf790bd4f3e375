// Writes NaN everywhere.
// class: numbers
// seen: pygpubench pull 7
// task: activation/relu
// expect: WRONG_VALUE
// off: nan
// wins: correct
#include "attack.cuh"
__global__ void fill(float *y, int64_t n) {
  int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = __int_as_float(0x7fc00000);
}
RELU {
  if (N) fill<<<(N + 255) / 256, 256>>>(y, N);
}
