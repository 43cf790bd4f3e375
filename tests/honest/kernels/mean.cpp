#include <string.h>
#include "kernelmill_task.h"

//// in_place
void km_mean(const float *x, float *y, int64_t B, int64_t M, int64_t N) { // row after row onto the result
  memset(y, 0, B * N * sizeof(float));
  for (int64_t b = 0; b < B; b++)
    for (int64_t m = 0; m < M; m++)
      for (int64_t n = 0; n < N; n++) y[b * N + n] += x[(b * M + m) * N + n];
  for (int64_t i = 0; i < B * N; i++) y[i] /= M;
}

//// running_mean
void km_mean(const float *x, float *y, int64_t B, int64_t M, int64_t N) {
#pragma omp parallel for collapse(2)
  for (int64_t b = 0; b < B; b++)
    for (int64_t n = 0; n < N; n++) {
      float mean = 0;
      for (int64_t m = 0; m < M; m++) mean += (x[(b * M + m) * N + n] - mean) / (m + 1);
      y[b * N + n] = mean;
    }
}
