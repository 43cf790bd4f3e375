#include "kernelmill_task.h"

//// reciprocal_constant
void km_hardswish(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    float t = x[i] + 3;
    t = t < 0 ? 0 : t > 6 ? 6 : t;
    y[i] = x[i] * t * (1.0f / 6);
  }
}

//// three_cases
void km_hardswish(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    if (x[i] <= -3)
      y[i] = 0;
    else if (x[i] >= 3)
      y[i] = x[i];
    else
      y[i] = x[i] * (x[i] + 3) / 6;
  }
}
