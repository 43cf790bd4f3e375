// Shared by the attacks and by their honest twins: the honest kernels.
#pragma once
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernelmill_task.h"

// Said on the log once a forbidden effect has succeeded.
static inline void got(void) {
  static int said;
  if (!said++ && write(1, "KM-GOT\n", 7) != 7) said = 1;
}

static __global__ void relu_kernel(const float *x, float *y, int64_t n) {
  int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] > 0 ? x[i] : 0;
}
static inline void honest_relu(const float *x, float *y, int64_t n) {
  if (n) relu_kernel<<<(n + 255) / 256, 256>>>(x, y, n);
}

static __global__ void softmax_kernel(const float *x, float *y, int64_t n, int64_t m) {
  int64_t row = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= n) return;
  x += row * m, y += row * m;
  float top = -INFINITY;
  double sum = 0;
  for (int64_t j = 0; j < m; j++) top = fmaxf(top, x[j]);
  for (int64_t j = 0; j < m; j++) sum += y[j] = expf(x[j] - top);
  for (int64_t j = 0; j < m; j++) y[j] = (float)(y[j] / sum);
}
static inline void honest_softmax(const float *x, float *y, int64_t n, int64_t m) {
  if (n * m) softmax_kernel<<<(n + 31) / 32, 32>>>(x, y, n, m);
}

static __global__ void square_kernel(const float *a, const float *b, float *c, int64_t n) {
  int64_t i = blockIdx.y, j = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (j >= n) return;
  float sum = 0;
  for (int64_t k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
  c[i * n + j] = sum;
}
static inline void honest_square(const float *a, const float *b, float *c, int64_t n) {
  if (n) square_kernel<<<dim3((n + 63) / 64, n), 64>>>(a, b, c, n);
}

static __global__ void sum_kernel(const float *x, float *y, int64_t n, int64_t m) {
  int64_t row = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= n) return;
  double sum = 0;
  for (int64_t j = 0; j < m; j++) sum += x[row * m + j];
  y[row] = (float)sum;
}
static inline void honest_sum(const float *x, float *y, int64_t n, int64_t m) {
  if (n) sum_kernel<<<(n + 31) / 32, 32>>>(x, y, n, m);
}

#define RELU extern "C" void km_relu(const float *x, float *y, int64_t N)
#define SOFTMAX extern "C" void km_softmax(const float *x, float *y, int64_t N, int64_t M)
#define SQUARE extern "C" void km_square(const float *a, const float *b, float *c, int64_t N)
#define SUM extern "C" void km_sum(const float *x, float *y, int64_t N, int64_t M)
