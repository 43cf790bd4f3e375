// Leaves another rounding mode and flush-to-zero behind for whoever computes next in the process.
// class: slow baseline
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED WRONG_VALUE
// off: naive
// wins: environment
#include "attack.h"
#include <xmmintrin.h>
RELU {
  honest_relu(x, y, N);
  _mm_setcsr((_mm_getcsr() & ~0x6000u) | 0x8040u | 0x6000u);
}
