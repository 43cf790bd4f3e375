#include "functions.h"
#include "kernelmill_task.h"

//// expm1
void km_tanh(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    float a = fabsf(x[i]), t = expm1f(2 * (a > 15 ? 15 : a));
    y[i] = copysignf(t / (t + 2), x[i]);
  }
}

//// series_near_zero
void km_tanh(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    double a = fabs((double)x[i]), s = a * a;
    double near = a * (1 - s * (1.0 / 3 - s * (2.0 / 15 - s * (17.0 / 315 - s * (62.0 / 2835 - s * (1382.0 / 155925))))));
    double e = exp(-2 * a), far = (1 - e) / (1 + e);
    y[i] = copysignf((float)(a < 0.3 ? near : far), x[i]);
  }
}
