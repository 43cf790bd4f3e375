#include "functions.h"
#include "kernelmill_task.h"

//// algebraic_simplification
void km_mish(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) { // tanh(log(1 + e)) without a logarithm
    float e = expf(x[i] < 20 ? x[i] : 20), n = e * (e + 2);
    y[i] = x[i] > 20 ? x[i] : x[i] * (n / (n + 2));
  }
}

//// table_exp
void km_mish(const float *x, float *y, int64_t N) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    float e = exp_table(x[i] < 20 ? x[i] : 20), n = e * (e + 2);
    y[i] = x[i] > 20 ? x[i] : x[i] * n / (n + 2);
  }
}
