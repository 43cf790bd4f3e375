#include <math.h>
#include "kernelmill_task.h"

//// online
void km_logsumexp(const float *x, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++)
      if (row[j] > top) {
        sum = sum * expf(top - row[j]) + 1;
        top = row[j];
      } else {
        sum += expf(row[j] - top);
      }
    y[i] = top + logf(sum);
  }
}
