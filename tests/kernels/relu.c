#include "kernelmill_task.h"

/* WRONG 1: the tail of eight is left out. 2: absolute value. 3: one element past the end. */
void km_relu(const float *x, float *y, int64_t N) {
#if WRONG == 1
  N = N / 8 * 8;
#endif
#if WRONG == 3
  N = N + (N % 2);
#endif
  for (int64_t i = 0; i < N; i++)
#if WRONG == 2
    y[i] = x[i] > 0 ? x[i] : -x[i];
#else
    y[i] = x[i] > 0 ? x[i] : 0;
#endif
}
