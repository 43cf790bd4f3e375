#include "kernelmill_task.h"

/* The last of equal elements, which is as good as the first. WRONG 1: starts with a best of zero. 2: 32-bit results. */
void km_argmax(const float *x, int64_t *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    int64_t at = 0;
    float best = WRONG == 1 ? 0 : row[0];
    for (int64_t j = 0; j < M; j++)
      if (row[j] >= best) best = row[j], at = j;
#if WRONG == 2
    ((int32_t *)y)[i] = (int32_t)at;
#else
    y[i] = at;
#endif
  }
}
