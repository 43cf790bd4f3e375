#include "kernelmill_task.h"

/* WRONG 1: divides by the wrong axis. 2: mean over the last axis' neighbour: batches are not told apart. */
void km_mean(const float *x, float *y, int64_t B, int64_t M, int64_t N) {
  for (int64_t b = 0; b < B; b++)
    for (int64_t n = 0; n < N; n++) {
      float total = 0;
#if WRONG == 2
      for (int64_t m = 0; m < M; m++) total += x[m * N + n];
#else
      for (int64_t m = 0; m < M; m++) total += x[(b * M + m) * N + n];
#endif
      y[b * N + n] = total / (WRONG == 1 ? N : M);
    }
}
