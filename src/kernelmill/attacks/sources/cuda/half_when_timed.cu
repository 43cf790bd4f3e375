// Launches blocks for half of the rows once it has been called 44 times.
// class: memoise
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: timed
// wins: faster
#include "attack.cuh"
static int calls;
SOFTMAX { honest_softmax(x, y, ++calls < 44 ? N : N / 2, M); }
