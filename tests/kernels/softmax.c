#include <math.h>
#include "kernelmill_task.h"

void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, total = 0;
    for (int64_t j = 0; j < M; j++) top = fmaxf(top, row[j]);
    for (int64_t j = 0; j < M; j++) total += y[i * M + j] = expf(row[j] - top);
    for (int64_t j = 0; j < M; j++) y[i * M + j] /= total;
  }
}
