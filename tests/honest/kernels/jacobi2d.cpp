#include <vector>
#include "kernelmill_task.h"

//// other_association
void km_jacobi2d(const float *u, float *y, int64_t H, int64_t W) {
  int64_t S = W + 2;
#pragma omp parallel for
  for (int64_t i = 0; i < H; i++)
    for (int64_t j = 0; j < W; j++) {
      const float *p = u + (i + 1) * S + j + 1;
      y[i * W + j] = p[-S] / 4 + p[S] / 4 + p[-1] / 4 + p[1] / 4;
    }
}

//// shared_sums
void km_jacobi2d(const float *u, float *y, int64_t H, int64_t W) { // u[j - 1] + u[j + 1] of a row by a buffer
  int64_t S = W + 2;
  std::vector<float> across(W);
  for (int64_t i = 0; i < H; i++) {
    const float *row = u + (i + 1) * S;
    for (int64_t j = 0; j < W; j++) across[j] = row[j] + row[j + 2];
    for (int64_t j = 0; j < W; j++) y[i * W + j] = 0.25f * (across[j] + (row[j + 1 - S] + row[j + 1 + S]));
  }
}

//// blocking
void km_jacobi2d(const float *u, float *y, int64_t H, int64_t W) {
  int64_t S = W + 2;
  for (int64_t i0 = 0; i0 < H; i0 += 16)
    for (int64_t j0 = 0; j0 < W; j0 += 64)
      for (int64_t i = i0; i < H && i < i0 + 16; i++)
        for (int64_t j = j0; j < W && j < j0 + 64; j++) {
          const float *p = u + (i + 1) * S + j + 1;
          y[i * W + j] = 0.25f * (p[1] + p[S] + p[-1] + p[-S]);
        }
}
