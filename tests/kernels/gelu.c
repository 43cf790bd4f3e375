#include <math.h>
#include "kernelmill_task.h"

/* WRONG 1: the tanh approximation. 2: the constant of another gelu. */
void km_gelu(const float *x, float *y, int64_t N) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    float v = x[i];
#if WRONG == 1
    y[i] = 0.5f * v * (1 + tanhf(0.7978845608f * (v + 0.044715f * v * v * v)));
#elif WRONG == 2
    y[i] = v / (1 + expf(-1.702f * v));
#else
    y[i] = 0.5f * v * (1 + erff(0.70710678118f * v));
#endif
  }
}
