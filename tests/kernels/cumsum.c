#include "kernelmill_task.h"

/* WRONG 1: exclusive. 2: the carry is lost every 128 elements. */
void km_cumsum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    float total = 0;
    for (int64_t j = 0; j < M; j++) {
#if WRONG == 2
      if (j % 128 == 0) total = 0;
#endif
#if WRONG == 1
      y[i * M + j] = total;
#endif
      total += x[i * M + j];
#if WRONG != 1
      y[i * M + j] = total;
#endif
    }
  }
}
