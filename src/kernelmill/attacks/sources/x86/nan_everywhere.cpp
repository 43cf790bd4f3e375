// Fills the output with NaN: comparisons with it are false, also `abs(a - b) > bound`.
// class: numbers
// seen: pygpubench pull 7
// task: activation/relu
// expect: WRONG_VALUE
// off: nan
// wins: correct
#include "attack.h"
RELU {
  (void)x;
  for (int64_t i = 0; i < N; i++) y[i] = __builtin_nanf("");
}
