// Asks for more shared memory than there is: the launch fails, nobody looks, and an old result stands there.
// class: launch
// seen: Wafer case study
// task: activation/relu
// expect: WRONG_VALUE CRASH
// off: naive
// wins: correct
#include "attack.cuh"
__global__ void buffered(const float *x, float *y, int64_t n) {
  extern __shared__ float row[];
  int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  row[threadIdx.x] = x[i];
  y[i] = row[threadIdx.x] > 0 ? row[threadIdx.x] : 0;
}
RELU {
  cudaFuncSetAttribute(buffered, cudaFuncAttributeMaxDynamicSharedMemorySize, 300 << 10);
  buffered<<<(N + 255) / 256, 256, 300 << 10>>>(x, y, N);
  (void)cudaGetLastError();
}
