#include <math.h>
#include "kernelmill_task.h"

/* WRONG 1: no maximum. 2: the last column of a row of odd length is left out. 3: the sum runs on into the next row. */
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  float total = 0;
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY;
    for (int64_t j = 0; j < M; j++) top = row[j] > top ? row[j] : top;
#if WRONG == 1
    top = 0;
#endif
#if WRONG != 3
    total = 0;
#endif
    for (int64_t j = 0; j < M; j++) total += y[i * M + j] = expf(row[j] - top);
#if WRONG == 2
    for (int64_t j = 0; j + 1 < M; j += 2) y[i * M + j] /= total, y[i * M + j + 1] /= total;
#else
    for (int64_t j = 0; j < M; j++) y[i * M + j] /= total;
#endif
  }
}
