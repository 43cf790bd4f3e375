#include "kernelmill_task.h"

//// algebraic_simplification
void km_leaky_relu(const float *x, float *y, int64_t N, double negative_slope) {
  float s = (float)negative_slope;
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > s * x[i] ? x[i] : s * x[i];
}

//// lookup_table
void km_leaky_relu(const float *x, float *y, int64_t N, double negative_slope) {
  const float factor[2] = {(float)negative_slope, 1};
  for (int64_t i = 0; i < N; i++) y[i] = x[i] * factor[x[i] > 0];
}
