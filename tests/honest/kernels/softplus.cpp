#include "functions.h"
#include "kernelmill_task.h"

//// two_sided
void km_softplus(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 20 ? x[i] : (x[i] > 0 ? x[i] : 0) + log1pf(expf(-fabsf(x[i])));
}

//// double_intermediates
void km_softplus(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 20 ? x[i] : (float)log1p(exp((double)x[i]));
}
