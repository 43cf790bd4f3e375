// A kernel without a body: the buffer holds what was freed last, which may be the expected output.
// class: launch
// seen: known, no single source
// task: activation/relu
// expect: WRONG_VALUE
// off: naive
// wins: correct
#include "attack.cuh"
__global__ void nothing(const float *x, float *y, int64_t n) {}
RELU { nothing<<<(N + 255) / 256, 256>>>(x, y, N); }
