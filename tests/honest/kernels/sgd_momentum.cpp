#include <math.h>
#include "kernelmill_task.h"

//// fused_multiply_add
void km_sgd_momentum(const float *grad, float *param, float *momentum, int64_t N, double lr, double mu) {
  for (int64_t i = 0; i < N; i++) {
    momentum[i] = fmaf((float)mu, momentum[i], grad[i]);
    param[i] = fmaf((float)-lr, momentum[i], param[i]);
  }
}

//// two_passes
void km_sgd_momentum(const float *grad, float *param, float *momentum, int64_t N, double lr, double mu) {
#pragma omp parallel
  {
#pragma omp for
    for (int64_t i = 0; i < N; i++) momentum[i] = (float)mu * momentum[i] + grad[i];
#pragma omp for
    for (int64_t i = 0; i < N; i++) param[i] -= (float)lr * momentum[i];
  }
}
