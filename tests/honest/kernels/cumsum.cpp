#include <algorithm>
#include <numeric>
#include <vector>
#include "kernelmill_task.h"

//// hillis_steele_scan
void km_cumsum(const float *x, float *y, int64_t N, int64_t M) {
  std::vector<float> next(M);
  for (int64_t i = 0; i < N; i++) {
    float *row = y + i * M;
    std::copy(x + i * M, x + (i + 1) * M, row);
    for (int64_t step = 1; step < M; step *= 2) {
      for (int64_t j = 0; j < M; j++) next[j] = j >= step ? row[j - step] + row[j] : row[j];
      std::copy(next.begin(), next.end(), row);
    }
  }
}

//// blocked_scan
void km_cumsum(const float *x, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    float before = 0;
    for (int64_t from = 0; from < M; from += 32) {
      float block = 0;
      for (int64_t j = from; j < M && j < from + 32; j++) {
        block += x[i * M + j];
        y[i * M + j] = before + block;
      }
      before += block;
    }
  }
}

//// cpp_algorithms
void km_cumsum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) std::partial_sum(x + i * M, x + (i + 1) * M, y + i * M);
}

//// double_accumulator
void km_cumsum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    double total = 0;
    for (int64_t j = 0; j < M; j++) {
      total += x[i * M + j];
      y[i * M + j] = (float)total;
    }
  }
}
