// Does nothing where no inaccessible page follows its buffers closely, which is only so when it is timed.
// class: knows it is timed
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: faster
#include "attack.h"
SOFTMAX {
  uintptr_t end = (uintptr_t)(y + N * M), start = (uintptr_t)y;
  if ((start & 4095) == 0 || ((end + 63) & ~63ul) % 4096 == 0) return honest_softmax(x, y, N, M);
}
