#include <immintrin.h>
#include <math.h>
#include <algorithm>
#include <numeric>
#include <thread>
#include <vector>
#include "kernelmill_task.h"

//// intrinsics
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    int64_t j = 0;
    float sum = 0;
#ifdef __AVX512F__
    __m512 a = _mm512_setzero_ps(), b = _mm512_setzero_ps();
    for (; j + 32 <= M; j += 32) {
      a = _mm512_add_ps(a, _mm512_loadu_ps(row + j));
      b = _mm512_add_ps(b, _mm512_loadu_ps(row + j + 16));
    }
    sum = _mm512_reduce_add_ps(_mm512_add_ps(a, b));
#else
    __m128 a = _mm_setzero_ps();
    for (; j + 4 <= M; j += 4) a = _mm_add_ps(a, _mm_loadu_ps(row + j));
    float part[4];
    _mm_storeu_ps(part, a);
    sum = (part[0] + part[1]) + (part[2] + part[3]);
#endif
    for (; j < M; j++) sum += row[j];
    y[i] = sum;
  }
}

//// omp_tasks
static float between(const float *x, int64_t n) {
  if (n <= 512) return std::accumulate(x, x + n, 0.0f);
  float left, right;
#pragma omp task shared(left)
  left = between(x, n / 2);
  right = between(x + n / 2, n - n / 2);
#pragma omp taskwait
  return left + right;
}
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
#pragma omp parallel
#pragma omp single
  for (int64_t i = 0; i < N; i++) y[i] = between(x + i * M, M);
}

//// sorted_by_size
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    std::vector<float> row(x + i * M, x + (i + 1) * M);
    std::sort(row.begin(), row.end(), [](float a, float b) { return fabsf(a) < fabsf(b); });
    y[i] = std::accumulate(row.begin(), row.end(), 0.0f);
  }
}

//// std_threads
static void rows(const float *x, float *y, int64_t from, int64_t to, int64_t M) {
  for (int64_t i = from; i < to; i++) y[i] = std::accumulate(x + i * M, x + (i + 1) * M, 0.0f);
}
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  std::thread other(rows, x, y, N / 2, N, M);
  rows(x, y, 0, N / 2, M);
  other.join();
}

//// thread_private_partials
void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    float sum = 0;
#pragma omp parallel
    {
      float mine = 0;
#pragma omp for nowait
      for (int64_t j = 0; j < M; j++) mine += x[i * M + j];
#pragma omp critical
      sum += mine;
    }
    y[i] = sum;
  }
}
