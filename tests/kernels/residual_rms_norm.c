#include <math.h>
#define KM_WORKSPACE
#include "kernelmill_task.h"

/* Two outputs, and a row of scratch memory. WRONG 1: the second output is not written. 2: scratch memory is not reset. */
int64_t km_residual_rms_norm_workspace(int64_t N, int64_t M) { return M * (int64_t)sizeof(float); }

void km_residual_rms_norm(const float *x, const float *residual, const float *weight, float *y, float *total, int64_t N, int64_t M,
                          double eps, void *workspace) {
  float *row = workspace;
  for (int64_t i = 0; i < N; i++) {
    float sum = 0;
    for (int64_t j = 0; j < M; j++) {
#if WRONG == 2
      row[j] += x[i * M + j] + residual[i * M + j];
#else
      row[j] = x[i * M + j] + residual[i * M + j];
#endif
      sum += row[j] * row[j];
    }
    float scale = 1 / sqrtf(sum / M + (float)eps);
    for (int64_t j = 0; j < M; j++) {
      y[i * M + j] = row[j] * scale * weight[j];
#if WRONG != 1
      total[i * M + j] = row[j];
#endif
    }
  }
}
