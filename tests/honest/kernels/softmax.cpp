#include "functions.h"
#include "kernelmill_task.h"

//// online
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) {
      float next = row[j] > top ? row[j] : top;
      sum = sum * expf(top - next) + expf(row[j] - next);
      top = next;
    }
    for (int64_t j = 0; j < M; j++) y[i * M + j] = expf(row[j] - top) / sum;
  }
}

//// polynomial_exp
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float *out = y + i * M, top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) top = fmaxf(top, row[j]);
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < M; j++) sum += out[j] = exp_polynomial(row[j] - top);
    float scale = 1 / sum;
    for (int64_t j = 0; j < M; j++) out[j] *= scale;
  }
}

//// base_two
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) top = fmaxf(top, row[j]);
    for (int64_t j = 0; j < M; j++) sum += y[i * M + j] = exp2f((row[j] - top) * 1.44269504f);
    for (int64_t j = 0; j < M; j++) y[i * M + j] /= sum;
  }
}

//// scratch_per_thread
#include <vector>
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  static thread_local std::vector<float> scratch; // grows when it must, is never read before it is written
  for (int64_t i = 0; i < N; i++) {
    if ((int64_t)scratch.size() < M) scratch.resize(M);
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) top = fmaxf(top, row[j]);
    for (int64_t j = 0; j < M; j++) scratch[j] = expf(row[j] - top), sum += scratch[j];
    for (int64_t j = 0; j < M; j++) y[i * M + j] = scratch[j] * reciprocal_newton(sum);
  }
}

//// flush_to_zero
void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) top = row[j] > top ? row[j] : top;
    for (int64_t j = 0; j < M; j++) sum += y[i * M + j] = exp_polynomial(row[j] - top);
    for (int64_t j = 0; j < M; j++) y[i * M + j] /= sum;
  }
  _mm_setcsr(before);
}
