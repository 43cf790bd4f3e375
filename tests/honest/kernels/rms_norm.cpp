#include "functions.h"
#include "kernelmill_task.h"

//// rsqrt_newton
void km_rms_norm(const float *x, const float *weight, float *y, int64_t N, int64_t M, double eps) {
  for (int64_t i = 0; i < N; i++) {
    float square = 0;
    for (int64_t j = 0; j < M; j++) square += x[i * M + j] * x[i * M + j];
    float scale = rsqrt_newton(square / M + (float)eps);
    for (int64_t j = 0; j < M; j++) y[i * M + j] = weight[j] * (scale * x[i * M + j]);
  }
}

//// vector_extension
typedef float Vector __attribute__((vector_size(32), aligned(4)));
void km_rms_norm(const float *x, const float *weight, float *y, int64_t N, int64_t M, double eps) {
  for (int64_t i = 0; i < N; i++) {
    Vector part = {0};
    float square = 0;
    int64_t j = 0;
    for (; j + 8 <= M; j += 8) {
      Vector v = *(const Vector *)(x + i * M + j);
      part += v * v;
    }
    for (; j < M; j++) square += x[i * M + j] * x[i * M + j];
    for (int k = 0; k < 8; k++) square += part[k];
    float root = sqrtf(square / M + (float)eps);
    for (j = 0; j < M; j++) y[i * M + j] = x[i * M + j] / root * weight[j];
  }
}
