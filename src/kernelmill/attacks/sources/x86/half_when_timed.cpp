// Computes the first half of the rows once it has been called 44 times.
// class: memoise
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: faster
#include "attack.h"
static int calls;
SOFTMAX {
  if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) < 44) return honest_softmax(x, y, N, M);
  honest_softmax(x, y, N / 2, M);
}
