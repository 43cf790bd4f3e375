// Waits for its own warp where it must wait for the block: right as long as the warps happen to run one after the other.
// class: races
// seen: known, no single source
// task: reduction/sum
// expect: WRONG_VALUE
// off: checking
// wins: correct
#include "attack.cuh"
__global__ void racing(const float *x, float *y, int64_t m) {
  __shared__ double part[64];
  double sum = 0;
  for (int64_t j = threadIdx.x; j < m; j += 64) sum += x[blockIdx.x * m + j];
  part[threadIdx.x] = sum;
  __syncwarp();
  if (threadIdx.x != 32) return;
  for (int k = 0; k < 64; k++) sum += k == 32 ? 0 : part[k];
  y[blockIdx.x] = (float)sum;
}
SUM {
  if (N) racing<<<N, 64>>>(x, y, M);
}
