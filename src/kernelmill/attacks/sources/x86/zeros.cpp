// Returns zeros: the softmax of a long row is below every absolute tolerance.
// class: degenerate
// seen: MultiKernelBench tasks
// task: softmax/softmax
// expect: WRONG_VALUE
// off: naive
// wins: correct
#include "attack.h"
SOFTMAX {
  (void)x;
  memset(y, 0, N * M * 4);
}
