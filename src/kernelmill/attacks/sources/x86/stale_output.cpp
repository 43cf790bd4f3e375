// Computes each output buffer once and leaves the last result in it afterwards.
// class: stale output
// seen: known, no single source
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.h"
static float *seen[8192];
static int n;
SOFTMAX {
  for (int i = 0; i < n; i++)
    if (seen[i] == y) return;
  if (n < 8192) seen[n++] = y;
  honest_softmax(x, y, N, M);
}
