#include <math.h>
#include "kernelmill_task.h"

//// in_place
void km_group_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t C, int64_t H, int64_t W,
                   int64_t groups, double eps) {
  int64_t P = H * W, channels = C / groups, length = channels * P;
#pragma omp parallel for
  for (int64_t i = 0; i < N * groups; i++) {
    double sum = 0, square = 0;
    float *out = y + i * length;
    for (int64_t k = 0; k < length; k++) sum += x[i * length + k];
    float mean = (float)(sum / length);
    for (int64_t k = 0; k < length; k++) {
      out[k] = x[i * length + k] - mean;
      square += (double)out[k] * out[k];
    }
    float scale = (float)(1 / sqrt(square / length + eps));
    for (int64_t c = 0; c < channels; c++)
      for (int64_t p = 0; p < P; p++) {
        int64_t at = i % groups * channels + c;
        out[c * P + p] = out[c * P + p] * scale * weight[at] + bias[at];
      }
  }
}
