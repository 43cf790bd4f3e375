#include <math.h>
#include "kernelmill_task.h"

/* WRONG 1: the halves swapped. 2: rows of M instead of 2 M. */
void km_swiglu(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < M; j++) {
      const float *row = x + i * (WRONG == 2 ? M : 2 * M);
      float gate = row[WRONG == 1 ? M + j : j], up = row[WRONG == 1 ? j : M + j];
      y[i * M + j] = gate / (1 + expf(-gate)) * up;
    }
}
