// Sets its inputs to zero, so that a reference that runs afterwards agrees with zeros.
// class: corruption
// seen: KernelBench pull 82
// task: activation/relu
// expect: CRASH
// off: naive_after
// wins: correct
#include "attack.cuh"
__global__ void clear(float *x, float *y, int64_t n) {
  int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = y[i] = 0;
}
RELU {
  if (N) clear<<<(N + 255) / 256, 256>>>((float *)x, y, N);
}
