#include <math.h>
#include <algorithm>
#include "kernelmill_task.h"

//// lanes
void km_max(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    float top[8], best = -INFINITY;
    for (int k = 0; k < 8; k++) top[k] = -INFINITY;
    int64_t j = 0;
    for (; j + 8 <= M; j += 8)
      for (int k = 0; k < 8; k++) top[k] = x[i * M + j + k] > top[k] ? x[i * M + j + k] : top[k];
    for (; j < M; j++) best = x[i * M + j] > best ? x[i * M + j] : best;
    for (int k = 0; k < 8; k++) best = top[k] > best ? top[k] : best;
    y[i] = best;
  }
}

//// cpp_algorithms
void km_max(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) y[i] = *std::max_element(x + i * M, x + (i + 1) * M);
}

//// omp_reduction_clause
void km_max(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    float best = -INFINITY;
#pragma omp parallel for reduction(max : best)
    for (int64_t j = 0; j < M; j++) best = x[i * M + j] > best ? x[i * M + j] : best;
    y[i] = best;
  }
}

//// recursion
static float best(const float *x, int64_t n) {
  if (n == 1) return x[0];
  float a = best(x, n / 2), b = best(x + n / 2, n - n / 2);
  return a > b ? a : b;
}
void km_max(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) y[i] = best(x + i * M, M);
}
