#include "kernelmill_task.h"

//// welford
void km_var(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    float mean = 0, square = 0;
    for (int64_t j = 0; j < M; j++) {
      float gap = x[i * M + j] - mean;
      mean += gap / (j + 1);
      square += gap * (x[i * M + j] - mean);
    }
    y[i] = square / (M - 1);
  }
}

//// shifted_one_pass
void km_var(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float shift = 0, sum = 0, square = 0;
    for (int64_t j = 0; j < M; j++) shift += row[j];
    shift /= M; // near the mean, so that nothing cancels
    for (int64_t j = 0; j < M; j++) sum += row[j] - shift, square += (row[j] - shift) * (row[j] - shift);
    y[i] = (square - sum * sum / M) / (M - 1);
  }
}

//// merged_halves
struct Moments {
  float count, mean, square;
};
static Moments moments(const float *x, int64_t n) { // Chan, Golub and LeVeque 1979
  if (n == 1) return {1, x[0], 0};
  Moments a = moments(x, n / 2), b = moments(x + n / 2, n - n / 2);
  float count = a.count + b.count, gap = b.mean - a.mean;
  return {count, a.mean + gap * b.count / count, a.square + b.square + gap * gap * a.count * b.count / count};
}
void km_var(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) y[i] = moments(x + i * M, M).square / (M - 1);
}

//// double_one_pass
void km_var(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    double sum = 0, square = 0;
    for (int64_t j = 0; j < M; j++) sum += x[i * M + j], square += (double)x[i * M + j] * x[i * M + j];
    y[i] = (float)((square - sum * sum / M) / (M - 1));
  }
}
