#include "kernelmill_task.h"

//// unrolled
void km_outer_sum(const float *a, const float *b, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    int64_t j = 0;
    for (; j + 2 <= M; j += 2) {
      y[i * M + j] = a[i] + b[j];
      y[i * M + j + 1] = a[i] + b[j + 1];
    }
    for (; j < M; j++) y[i * M + j] = a[i] + b[j];
  }
}

//// pointer_walk
void km_outer_sum(const float *a, const float *b, float *y, int64_t N, int64_t M) {
  for (const float *end = a + N; a < end; a++)
    for (const float *p = b; p < b + M; p++) *y++ = *p + *a;
}
