#include <math.h>
#include "kernelmill_task.h"

//// merged_slabs
void km_batch_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t C, int64_t H, int64_t W,
                   double eps) {
  int64_t P = H * W;
#pragma omp parallel for
  for (int64_t c = 0; c < C; c++) {
    float count = 0, mean = 0, square = 0;
    for (int64_t n = 0; n < N; n++) { // the moments of every image, merged
      const float *slab = x + (n * C + c) * P;
      float m = 0, s = 0;
      for (int64_t p = 0; p < P; p++) m += slab[p];
      m /= P;
      for (int64_t p = 0; p < P; p++) s += (slab[p] - m) * (slab[p] - m);
      float gap = m - mean, all = count + P;
      square += s + gap * gap * count * P / all;
      mean += gap * P / all;
      count = all;
    }
    float scale = weight[c] / sqrtf(square / count + (float)eps);
    for (int64_t n = 0; n < N; n++)
      for (int64_t p = 0; p < P; p++) y[(n * C + c) * P + p] = (x[(n * C + c) * P + p] - mean) * scale + bias[c];
  }
}
