#include <math.h>
#include "kernelmill_task.h"

/* Online: maximum and sum in one pass. WRONG 1: sum for mean. 2: the target's index is taken as 32 bits. */
void km_cross_entropy(const float *x, const int64_t *target, float *loss, int64_t N, int64_t C) {
  double total = 0;
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * C;
    float top = row[0], sum = 1;
    for (int64_t j = 1; j < C; j++) {
      float next = row[j] > top ? row[j] : top;
      sum = sum * expf(top - next) + expf(row[j] - next);
      top = next;
    }
    int64_t at = WRONG == 2 ? ((const int32_t *)target)[i] : target[i];
    total += logf(sum) + top - row[at];
  }
  *loss = (float)(WRONG == 1 ? total : total / N);
}
