#include "functions.h"
#include "kernelmill_task.h"

//// polynomial_exp
void km_sigmoid(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = 1 / (1 + exp_polynomial(-x[i]));
}

//// table_exp
void km_sigmoid(const float *x, float *y, int64_t N) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) y[i] = 1 / (1 + exp_table(-x[i]));
}

//// two_sided
void km_sigmoid(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    float e = expf(-fabsf(x[i]));
    y[i] = x[i] < 0 ? e / (1 + e) : 1 / (1 + e);
  }
}
