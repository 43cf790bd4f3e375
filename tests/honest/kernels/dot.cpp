#include <math.h>
#include "kernelmill_task.h"

//// omp_reduction_clause
void km_dot(const float *x, const float *y, float *result, int64_t N) {
  float sum = 0;
#pragma omp parallel for reduction(+ : sum)
  for (int64_t i = 0; i < N; i++) sum += x[i] * y[i];
  *result = sum;
}

//// fused_multiply_add
void km_dot(const float *x, const float *y, float *result, int64_t N) {
  float even = 0, odd = 0;
  for (int64_t i = 0; i + 1 < N; i += 2) {
    even = fmaf(x[i], y[i], even);
    odd = fmaf(x[i + 1], y[i + 1], odd);
  }
  if (N % 2) even = fmaf(x[N - 1], y[N - 1], even);
  *result = even + odd;
}

//// exact_products
void km_dot(const float *x, const float *y, float *result, int64_t N) { // Ogita, Rump and Oishi 2005
  float high = 0, low = 0;
  for (int64_t i = 0; i < N; i++) {
    float p = x[i] * y[i], e = fmaf(x[i], y[i], -p);
    float s = high + p, t = s - high;
    low += ((high - (s - t)) + (p - t)) + e;
    high = s;
  }
  *result = high + low;
}
