#include "functions.h"
#include "kernelmill_task.h"

//// chebyshev_erfc
void km_bias_gelu_scale(const float *x, const float *bias, const float *scale, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < M; j++) {
      float v = x[i * M + j] + bias[j];
      y[i * M + j] = (float)(0.5 * v * erfc_chebyshev(-0.7071067811865476 * v)) * scale[j];
    }
}

//// algebraic_simplification
void km_bias_gelu_scale(const float *x, const float *bias, const float *scale, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < M; j++) {
      float v = x[i * M + j] + bias[j], half = 0.5f * scale[j] * v;
      y[i * M + j] = half + half * erff(0.70710678f * v);
    }
}
