#include <math.h>
#include "kernelmill_task.h"

//// online
void km_cross_entropy(const float *x, const int64_t *target, float *loss, int64_t N, int64_t C) {
  float all = 0;
#pragma omp parallel for reduction(+ : all)
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * C;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < C; j++) {
      float next = fmaxf(top, row[j]);
      sum = sum * expf(top - next) + expf(row[j] - next);
      top = next;
    }
    all += logf(sum) + top - row[target[i]];
  }
  *loss = all / N;
}
