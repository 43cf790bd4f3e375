#include "functions.h"
#include "kernelmill_task.h"

//// table_exp
void km_silu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] / (1 + exp_table(-x[i]));
}

//// flush_to_zero
void km_silu(const float *x, float *y, int64_t N) {
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  for (int64_t i = 0; i < N; i++) y[i] = x[i] * (1 / (1 + exp_polynomial(-x[i])));
  _mm_setcsr(before);
}

//// reciprocal_newton
void km_silu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    float d = 1 + expf(-x[i]);
    y[i] = x[i] * (d < 1e30f ? reciprocal_newton(d) : 1 / d);
  }
}
