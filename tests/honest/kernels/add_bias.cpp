#include "kernelmill_task.h"

//// columns
void km_add_bias(const float *x, const float *bias, float *y, int64_t N, int64_t M) {
  for (int64_t j = 0; j < M; j++)
    for (int64_t i = 0; i < N; i++) y[i * M + j] = x[i * M + j] + bias[j];
}

//// flat_loop
void km_add_bias(const float *x, const float *bias, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N * M; i++) y[i] = bias[i % M] + x[i];
}
