#include "kernelmill_task.h"

/* Sixteen lanes over two threads. WRONG 1: the tail is lost. 2: products of 16 bits. */
void km_dot(const float *x, const float *y, float *result, int64_t N) {
  float part[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= N; i += 16)
    for (int64_t k = 0; k < 16; k++) {
      union { float f; uint32_t u; } p = {x[i + k] * y[i + k]};
#if WRONG == 2
      p.u &= 0xffff0000;
#endif
      part[k] += p.f;
    }
#if WRONG != 1
  for (; i < N; i++) total += x[i] * y[i];
#endif
  for (int64_t k = 0; k < 16; k++) total += part[k];
  *result = total;
}
