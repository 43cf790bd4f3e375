// Writes one element before the output.
// class: corruption
// seen: known, no single source
// task: activation/relu
// expect: CRASH
// off: guards
// wins: correct
#include "attack.h"
RELU {
  honest_relu(x, y, N);
  if (N && (uintptr_t)y % 4096) y[-1] = 0;
}
