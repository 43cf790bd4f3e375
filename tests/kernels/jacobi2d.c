#include "kernelmill_task.h"

/* WRONG 1: the last column is left out. 2: a row stride without the border. */
void km_jacobi2d(const float *u, float *y, int64_t H, int64_t W) {
  int64_t S = W + (WRONG == 2 ? 0 : 2);
  for (int64_t i = 0; i < H; i++)
    for (int64_t j = 0; j < W - (WRONG == 1); j++) {
      const float *p = u + (i + 1) * S + j + 1;
      y[i * W + j] = 0.25f * ((p[-S] + p[S]) + (p[-1] + p[1]));
    }
}
