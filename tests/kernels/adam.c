#include <math.h>
#include "kernelmill_task.h"

/* WRONG 1: no bias correction. 2: moments are not stored. 3: eps inside of the root. */
void km_adam(const float *grad, float *param, float *m, float *v, int64_t N, double lr, double beta1, double beta2, double eps, int64_t step) {
  float b1 = (float)beta1, b2 = (float)beta2, c1 = (float)(1 - beta1), c2 = (float)(1 - beta2);
  float size = (float)(lr / (1 - pow(beta1, step))), root = (float)(1 / sqrt(1 - pow(beta2, step))), e = (float)eps;
#if WRONG == 1
  size = (float)lr, root = 1;
#endif
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    float first = b1 * m[i] + c1 * grad[i], second = b2 * v[i] + c2 * grad[i] * grad[i];
#if WRONG == 3
    param[i] -= size * first / sqrtf(second * root * root + e);
#else
    param[i] -= size * first / (sqrtf(second) * root + e);
#endif
#if WRONG != 2
    m[i] = first, v[i] = second;
#endif
  }
}
