#include "kernelmill_task.h"

/* Blocked over k, rows shared among threads. WRONG 1: products of tf32. 2: c is not cleared. 3: b transposed. 4: k in steps of 4. */
static inline float narrow(float v) {
#if WRONG == 1
  union { float f; uint32_t u; } b = {v};
  b.u = (b.u + 0x1000) & 0xffffe000;
  return b.f;
#else
  return v;
#endif
}

void km_square(const float *a, const float *b, float *c, int64_t N) {
#if WRONG != 2
  for (int64_t i = 0; i < N * N; i++) c[i] = 0;
#endif
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++)
    for (int64_t k0 = 0; k0 < N; k0 += 64)
      for (int64_t k = k0; k < k0 + 64 && k < (WRONG == 4 ? N / 4 * 4 : N); k++)
        for (int64_t j = 0; j < N; j++) c[i * N + j] += narrow(a[i * N + k]) * narrow(WRONG == 3 ? b[j * N + k] : b[k * N + j]);
}
