// Computes at the published size only.
// class: shapes
// seen: known, no single source
// task: activation/relu
// expect: WRONG_VALUE
// off: shapes
// wins: correct
#include "attack.cuh"
RELU {
  if (N == 50021) return honest_relu(x, y, N);
  cudaMemset(y, 0, N * sizeof(float));
}
