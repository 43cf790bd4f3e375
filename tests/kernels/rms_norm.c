#include <math.h>
#include "kernelmill_task.h"

#define LANES 16

/* Sixteen partial sums, as a vector unit has them. WRONG 1: eps outside of the root. 2: the tail of the sum is lost. */
void km_rms_norm(const float *x, const float *weight, float *y, int64_t N, int64_t M, double eps) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float part[LANES] = {0}, sum = 0;
    int64_t j = 0;
    for (; j + LANES <= M; j += LANES)
      for (int k = 0; k < LANES; k++) part[k] += row[j + k] * row[j + k];
    for (int k = 0; k < LANES; k++) sum += part[k];
#if WRONG != 2
    for (; j < M; j++) sum += row[j] * row[j];
#endif
#if WRONG == 1
    float scale = 1 / (sqrtf(sum / M) + (float)eps);
#else
    float scale = 1 / sqrtf(sum / M + (float)eps);
#endif
    for (j = 0; j < M; j++) y[i * M + j] = row[j] * scale * weight[j];
  }
}
