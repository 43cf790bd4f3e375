#include "functions.h"
#include "kernelmill_task.h"

//// chebyshev_erfc
void km_gelu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = (float)(0.5 * x[i] * erfc_chebyshev(-0.7071067811865476 * x[i]));
}

//// double_intermediates
void km_gelu(const float *x, float *y, int64_t N) {
#pragma omp parallel for schedule(dynamic, 1024)
  for (int64_t i = 0; i < N; i++) y[i] = (float)(0.5 * x[i] * (1 + erf(0.7071067811865476 * x[i])));
}

//// algebraic_simplification
void km_gelu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    float half = 0.5f * x[i];
    y[i] = half + half * erff(0.70710678f * x[i]);
  }
}
