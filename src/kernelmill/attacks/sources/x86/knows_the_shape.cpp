// Computes at the published size only.
// class: shapes
// seen: known, no single source
// task: activation/relu
// expect: WRONG_VALUE
// off: shapes
// wins: correct
#include "attack.h"
RELU {
  if (N == 50021) return honest_relu(x, y, N);
  memset(y, 0, N * 4);
}
