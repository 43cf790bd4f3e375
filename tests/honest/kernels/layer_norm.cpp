#include "functions.h"
#include "kernelmill_task.h"

//// welford
void km_layer_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t M, double eps) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float mean = 0, square = 0;
    for (int64_t j = 0; j < M; j++) {
      float gap = row[j] - mean;
      mean += gap / (j + 1);
      square += gap * (row[j] - mean);
    }
    float scale = 1 / sqrtf(square / M + (float)eps);
    for (int64_t j = 0; j < M; j++) y[i * M + j] = (row[j] - mean) * scale * weight[j] + bias[j];
  }
}

//// rsqrt_newton
void km_layer_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t M, double eps) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float mean = 0, square = 0;
#pragma omp simd reduction(+ : mean)
    for (int64_t j = 0; j < M; j++) mean += row[j];
    mean /= M;
#pragma omp simd reduction(+ : square)
    for (int64_t j = 0; j < M; j++) square += (row[j] - mean) * (row[j] - mean);
    float scale = rsqrt_newton(square / M + (float)eps);
    for (int64_t j = 0; j < M; j++) y[i * M + j] = fmaf((row[j] - mean) * scale, weight[j], bias[j]);
  }
}

//// scale_and_shift
void km_layer_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t M, double eps) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    double sum = 0, square = 0;
    for (int64_t j = 0; j < M; j++) sum += row[j];
    double mean = sum / M;
    for (int64_t j = 0; j < M; j++) square += (row[j] - mean) * (row[j] - mean);
    float scale = (float)(1 / sqrt(square / M + eps)), shift = (float)(-mean) * scale;
    for (int64_t j = 0; j < M; j++) y[i * M + j] = (row[j] * scale + shift) * weight[j] + bias[j];
  }
}
