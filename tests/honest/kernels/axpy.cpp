#include "kernelmill_task.h"

//// unrolled
void km_axpy(const float *x, const float *y, float *z, int64_t N, double alpha) {
  float a = (float)alpha;
  int64_t i = 0;
  for (; i + 4 <= N; i += 4) {
    z[i] = a * x[i] + y[i];
    z[i + 1] = a * x[i + 1] + y[i + 1];
    z[i + 2] = a * x[i + 2] + y[i + 2];
    z[i + 3] = a * x[i + 3] + y[i + 3];
  }
  for (; i < N; i++) z[i] = a * x[i] + y[i];
}

//// double_intermediates
void km_axpy(const float *x, const float *y, float *z, int64_t N, double alpha) {
#pragma omp parallel for simd
  for (int64_t i = 0; i < N; i++) z[i] = (float)(alpha * x[i] + y[i]);
}
