// Rounds the length up and writes past the end of the output.
// class: corruption
// seen: known, no single source
// task: activation/relu
// expect: CRASH
// off: guards
// wins: correct
#include "attack.h"
RELU {
  honest_relu(x, y, N);
  for (int64_t i = N; i % 16; i++) y[i] = 0;
}
