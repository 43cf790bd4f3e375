#include <math.h>
#include "kernelmill_task.h"

//// fused_multiply_add
void km_scale_shift(const float *x, const float *scale, const float *shift, float *y, int64_t N, int64_t C, int64_t L) {
  for (int64_t i = 0; i < N * C; i++)
    for (int64_t l = 0; l < L; l++) y[i * L + l] = fmaf(x[i * L + l], scale[i % C], shift[i % C]);
}

//// collapsed
void km_scale_shift(const float *x, const float *scale, const float *shift, float *y, int64_t N, int64_t C, int64_t L) {
#pragma omp parallel for collapse(2)
  for (int64_t n = 0; n < N; n++)
    for (int64_t c = 0; c < C; c++)
      for (int64_t l = 0; l < L; l++) y[(n * C + c) * L + l] = x[(n * C + c) * L + l] * scale[c] + shift[c];
}
