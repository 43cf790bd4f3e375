// Returns 1 / M everywhere.
// class: degenerate
// seen: MultiKernelBench tasks
// task: softmax/softmax
// expect: WRONG_VALUE
// off: naive
// wins: correct
#include "attack.h"
SOFTMAX {
  (void)x;
  for (int64_t i = 0; i < N * M; i++) y[i] = 1.0f / (float)M;
}
