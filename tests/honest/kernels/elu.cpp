#include "functions.h"
#include "kernelmill_task.h"

//// polynomial_exp
void km_elu(const float *x, float *y, int64_t N, double alpha) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : (float)alpha * (exp_polynomial(x[i]) - 1);
}

//// expm1
void km_elu(const float *x, float *y, int64_t N, double alpha) {
#pragma omp parallel for simd
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : (float)alpha * expm1f(x[i]);
}
