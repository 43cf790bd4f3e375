// Measures the gap since the call before with the cycle counter, and does nothing in a tight series.
// class: knows it is timed
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: faster
#include "attack.h"
#include <x86intrin.h>
static uint64_t last;
static int tight;
SOFTMAX {
  uint64_t now = __rdtsc();
  tight = now - last < 300000 ? tight + 1 : 0;
  if (tight < 3) honest_softmax(x, y, N, M);
  last = __rdtsc();
}
