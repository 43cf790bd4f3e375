// A launch with no blocks, whose error nobody asks for.
// class: launch
// seen: not published; made for this suite
// task: activation/relu
// expect: WRONG_VALUE CRASH
// off: naive
// wins: correct
#include "attack.cuh"
RELU {
  relu_kernel<<<0, 256>>>(x, y, N);
  (void)cudaGetLastError();
}
