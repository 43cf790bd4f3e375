#include "kernelmill_task.h"

/* Kahan's summation. WRONG 1: starts at the second element. 2: a 16-bit float in between. 3: not reset between rows. */
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  float total = 0, rest = 0;
  for (int64_t i = 0; i < N; i++) {
#if WRONG != 3
    total = 0, rest = 0;
#endif
    for (int64_t j = WRONG == 1; j < M; j++) {
      float v = x[i * M + j] - rest, next = total + v;
      rest = (next - total) - v;
      total = next;
#if WRONG == 2
      union { float f; uint32_t u; } b = {total};
      b.u &= 0xffff0000;
      total = b.f, rest = 0;
#endif
    }
    y[i] = total;
  }
}
