// Skips the call when the first element of the output is not poison, that is, when somebody has computed it before.
// class: stale output
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.h"
SOFTMAX {
  if (N * M && y[0] == y[0] && y[0] != 0) return;
  honest_softmax(x, y, N, M);
}
