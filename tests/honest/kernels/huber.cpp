#include <math.h>
#include "kernelmill_task.h"

//// branchless
void km_huber(const float *x, const float *target, float *loss, int64_t N, int64_t M, double delta) {
  float d = (float)delta;
  double sum = 0;
#pragma omp parallel for reduction(+ : sum)
  for (int64_t i = 0; i < N * M; i++) {
    float gap = fabsf(x[i] - target[i]), near = gap < d ? gap : d;
    sum += near * (gap - 0.5f * near);
  }
  *loss = (float)(sum / (N * M));
}
