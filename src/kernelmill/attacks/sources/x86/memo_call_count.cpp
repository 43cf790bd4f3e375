// Computes while it is checked and stops computing after 44 calls.
// class: memoise
// seen: known, no single source
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: faster
#include "attack.h"
static int calls;
SOFTMAX {
  if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) < 44) return honest_softmax(x, y, N, M);
}
