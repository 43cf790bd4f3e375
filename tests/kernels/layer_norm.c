#include <math.h>
#include "kernelmill_task.h"

/* WRONG 1: no eps. 2: unbiased variance. 3: mean of the row before. */
void km_layer_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t M, double eps) {
  float mean = 0;
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float sum = 0, square = 0;
    for (int64_t j = 0; j < M; j++) sum += row[j];
#if WRONG == 3
    if (i == 0)
#endif
      mean = sum / M;
    for (int64_t j = 0; j < M; j++) square += (row[j] - mean) * (row[j] - mean);
#if WRONG == 1
    float scale = 1 / sqrtf(square / M);
#elif WRONG == 2
    float scale = 1 / sqrtf(square / (M - 1) + (float)eps);
#else
    float scale = 1 / sqrtf(square / M + (float)eps);
#endif
    for (int64_t j = 0; j < M; j++) y[i * M + j] = (row[j] - mean) * scale * weight[j] + bias[j];
  }
}
