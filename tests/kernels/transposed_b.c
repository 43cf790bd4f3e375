#include "kernelmill_task.h"

/* Eight accumulators along k. WRONG 1: reads b past its end. 2: rows and columns of the result swapped. */
void km_transposed_b(const float *a, const float *b, float *c, int64_t M, int64_t K, int64_t N) {
  for (int64_t i = 0; i < M; i++)
    for (int64_t j = 0; j < N; j++) {
      float part[8] = {0}, total = 0;
      int64_t k = 0;
      for (; k + 8 <= K + (WRONG == 1 ? 7 : 0); k += 8)
        for (int64_t l = 0; l < 8; l++) part[l] += a[i * K + k + l] * b[j * K + k + l];
      for (; k < K; k++) part[0] += a[i * K + k] * b[j * K + k];
      for (int64_t l = 0; l < 8; l++) total += part[l];
      c[WRONG == 2 ? j * M + i : i * N + j] = total;
    }
}
