// Launches whole blocks only: the tail of the output keeps what was there.
// class: shapes
// seen: known, no single source
// task: activation/relu
// expect: WRONG_VALUE
// off: naive
// wins: correct
#include "attack.cuh"
RELU {
  if (N / 256) relu_kernel<<<N / 256, 256>>>(x, y, N);
}
