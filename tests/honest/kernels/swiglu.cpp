#include "functions.h"
#include "kernelmill_task.h"

//// polynomial_exp
void km_swiglu(const float *x, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < M; j++) {
      float gate = x[i * 2 * M + j], up = x[i * 2 * M + M + j];
      y[i * M + j] = up * (gate / (1 + exp_polynomial(-gate)));
    }
}

//// table_exp
void km_swiglu(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < M; j++) {
      float gate = x[i * 2 * M + j], up = x[i * 2 * M + M + j];
      y[i * M + j] = gate * (1 / (1 + exp_table(-gate))) * up;
    }
}
