#include <math.h>
#include "kernelmill_task.h"

//// algebraic_simplification
void km_adam(const float *grad, float *param, float *m, float *v, int64_t N, double lr, double beta1, double beta2, double eps,
             int64_t step) { // the corrections moved into the step and into eps
  double c1 = 1 - pow(beta1, (double)step), c2 = sqrt(1 - pow(beta2, (double)step));
  float b1 = (float)beta1, b2 = (float)beta2, size = (float)(lr * c2 / c1), e = (float)(eps * c2);
  float d1 = (float)(1 - beta1), d2 = (float)(1 - beta2);
  for (int64_t i = 0; i < N; i++) {
    m[i] = b1 * m[i] + d1 * grad[i];
    v[i] = b2 * v[i] + d2 * grad[i] * grad[i];
    param[i] -= size * m[i] / (sqrtf(v[i]) + e);
  }
}

//// double_intermediates
void km_adam(const float *grad, float *param, float *m, float *v, int64_t N, double lr, double beta1, double beta2, double eps,
             int64_t step) {
  double c1 = 1 - pow(beta1, (double)step), c2 = 1 - pow(beta2, (double)step);
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    double g = grad[i], first = beta1 * m[i] + (1 - beta1) * g, second = beta2 * v[i] + (1 - beta2) * g * g;
    param[i] = (float)(param[i] - lr * (first / c1) / (sqrt(second / c2) + eps));
    m[i] = (float)first;
    v[i] = (float)second;
  }
}
