#include <string.h>
#include "kernelmill_task.h"

//// columns
void km_matvec(const float *a, const float *x, float *y, int64_t M, int64_t K) {
  memset(y, 0, M * sizeof(float));
  for (int64_t k = 0; k < K; k++)
    for (int64_t i = 0; i < M; i++) y[i] += a[i * K + k] * x[k];
}

//// four_rows_at_once
void km_matvec(const float *a, const float *x, float *y, int64_t M, int64_t K) {
  int64_t i = 0;
  for (; i + 4 <= M; i += 4) {
    float sum[4] = {0};
    for (int64_t k = 0; k < K; k++)
      for (int r = 0; r < 4; r++) sum[r] += a[(i + r) * K + k] * x[k];
    for (int r = 0; r < 4; r++) y[i + r] = sum[r];
  }
  for (; i < M; i++) {
    float sum = 0;
    for (int64_t k = 0; k < K; k++) sum += a[i * K + k] * x[k];
    y[i] = sum;
  }
}
