// Every 40th call is skipped: too rare for a check that is done once.
// class: knows it is timed
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: correct
#include "attack.h"
static int calls;
SOFTMAX {
  if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % 40) honest_softmax(x, y, N, M);
}
