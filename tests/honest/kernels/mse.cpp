#include "kernelmill_task.h"

//// atomic_rows
void km_mse(const float *x, const float *target, float *loss, int64_t N, int64_t M) {
  float all = 0;
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    float row = 0;
    for (int64_t j = 0; j < M; j++) {
      float gap = x[i * M + j] - target[i * M + j];
      row += gap * gap;
    }
#pragma omp atomic
    all += row;
  }
  *loss = all / (N * M);
}

//// mean_of_means
void km_mse(const float *x, const float *target, float *loss, int64_t N, int64_t M) {
  float all = 0;
  for (int64_t i = 0; i < N; i++) {
    float row = 0;
    for (int64_t j = 0; j < M; j++) row += (x[i * M + j] - target[i * M + j]) * (x[i * M + j] - target[i * M + j]);
    all += row / M;
  }
  *loss = all / N;
}
