#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <vector>
#include "kernelmill_task.h"

//// rank_one_updates
void km_square(const float *a, const float *b, float *c, int64_t N) {
  memset(c, 0, N * N * sizeof(float));
  for (int64_t k = 0; k < N; k++)
    for (int64_t i = 0; i < N; i++)
      for (int64_t j = 0; j < N; j++) c[i * N + j] += a[i * N + k] * b[k * N + j];
}

//// transposition
void km_square(const float *a, const float *b, float *c, int64_t N) {
  std::vector<float> turned(N * N);
  for (int64_t k = 0; k < N; k++)
    for (int64_t j = 0; j < N; j++) turned[j * N + k] = b[k * N + j];
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = 0; j < N; j++) {
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t k = 0; k < N; k++) sum += a[i * N + k] * turned[j * N + k];
      c[i * N + j] = sum;
    }
}

//// blocking_and_packing
enum { B = 48 };
void km_square(const float *a, const float *b, float *c, int64_t N) {
  std::vector<float> panel(B * B);
  memset(c, 0, N * N * sizeof(float));
  for (int64_t k0 = 0; k0 < N; k0 += B)
    for (int64_t j0 = 0; j0 < N; j0 += B) {
      int64_t kn = N - k0 < B ? N - k0 : B, jn = N - j0 < B ? N - j0 : B;
      for (int64_t k = 0; k < kn; k++)
        for (int64_t j = 0; j < jn; j++) panel[k * B + j] = b[(k0 + k) * N + j0 + j];
      for (int64_t i = 0; i < N; i++)
        for (int64_t k = 0; k < kn; k++)
          for (int64_t j = 0; j < jn; j++) c[i * N + j0 + j] += a[i * N + k0 + k] * panel[k * B + j];
    }
}

//// huge_pages
void km_square(const float *a, const float *b, float *c, int64_t N) {
  size_t bytes = (N * N * sizeof(double) + (2 << 20)) & ~(size_t)((2 << 20) - 1);
  void *memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  madvise(memory, bytes, MADV_HUGEPAGE);
  double *sum = (double *)memory; // fresh pages are zero
  for (int64_t i = 0; i < N; i++)
    for (int64_t k = 0; k < N; k++)
      for (int64_t j = 0; j < N; j++) sum[i * N + j] += (double)a[i * N + k] * b[k * N + j];
  for (int64_t i = 0; i < N * N; i++) c[i] = (float)sum[i];
  munmap(memory, bytes);
}

//// split_k
void km_square(const float *a, const float *b, float *c, int64_t N) {
  std::vector<float> upper(N * N);
  int64_t half = N / 2;
#pragma omp parallel sections
  {
#pragma omp section
    {
      memset(c, 0, N * N * sizeof(float));
      for (int64_t i = 0; i < N; i++)
        for (int64_t k = 0; k < half; k++)
          for (int64_t j = 0; j < N; j++) c[i * N + j] += a[i * N + k] * b[k * N + j];
    }
#pragma omp section
    for (int64_t i = 0; i < N; i++)
      for (int64_t k = half; k < N; k++)
        for (int64_t j = 0; j < N; j++) upper[i * N + j] += a[i * N + k] * b[k * N + j];
  }
  for (int64_t i = 0; i < N * N; i++) c[i] += upper[i];
}

//// recursion
static void multiply(const float *a, const float *b, float *c, int64_t m, int64_t k, int64_t n, int64_t N) {
  if (m <= 24 && k <= 24 && n <= 24) {
    for (int64_t i = 0; i < m; i++)
      for (int64_t l = 0; l < k; l++)
        for (int64_t j = 0; j < n; j++) c[i * N + j] += a[i * N + l] * b[l * N + j];
  } else if (m >= k && m >= n) {
    multiply(a, b, c, m / 2, k, n, N);
    multiply(a + m / 2 * N, b, c + m / 2 * N, m - m / 2, k, n, N);
  } else if (n >= k) {
    multiply(a, b, c, m, k, n / 2, N);
    multiply(a, b + n / 2, c + n / 2, m, k, n - n / 2, N);
  } else {
    multiply(a, b, c, m, k / 2, n, N);
    multiply(a + k / 2, b + k / 2 * N, c, m, k - k / 2, n, N);
  }
}
void km_square(const float *a, const float *b, float *c, int64_t N) {
  memset(c, 0, N * N * sizeof(float));
  multiply(a, b, c, N, N, N, N);
}

//// strassen
typedef std::vector<float> Square;
static Square quarter(const float *x, int64_t N, int64_t h, int64_t row, int64_t column) { // beyond the edge: zeros
  Square q(h * h);
  for (int64_t i = 0; i < h; i++)
    for (int64_t j = 0; j < h; j++)
      if (row * h + i < N && column * h + j < N) q[i * h + j] = x[(row * h + i) * N + column * h + j];
  return q;
}
static Square plus(const Square &a, const Square &b, float sign) {
  Square s(a.size());
  for (size_t i = 0; i < a.size(); i++) s[i] = a[i] + sign * b[i];
  return s;
}
static Square times(const Square &a, const Square &b, int64_t h) {
  Square c(h * h);
  for (int64_t i = 0; i < h; i++)
    for (int64_t k = 0; k < h; k++)
      for (int64_t j = 0; j < h; j++) c[i * h + j] += a[i * h + k] * b[k * h + j];
  return c;
}
void km_square(const float *a, const float *b, float *c, int64_t N) {
  int64_t h = (N + 1) / 2;
  Square a11 = quarter(a, N, h, 0, 0), a12 = quarter(a, N, h, 0, 1), a21 = quarter(a, N, h, 1, 0), a22 = quarter(a, N, h, 1, 1);
  Square b11 = quarter(b, N, h, 0, 0), b12 = quarter(b, N, h, 0, 1), b21 = quarter(b, N, h, 1, 0), b22 = quarter(b, N, h, 1, 1);
  Square m1 = times(plus(a11, a22, 1), plus(b11, b22, 1), h), m2 = times(plus(a21, a22, 1), b11, h);
  Square m3 = times(a11, plus(b12, b22, -1), h), m4 = times(a22, plus(b21, b11, -1), h);
  Square m5 = times(plus(a11, a12, 1), b22, h), m6 = times(plus(a21, a11, -1), plus(b11, b12, 1), h);
  Square m7 = times(plus(a12, a22, -1), plus(b21, b22, 1), h);
  for (int64_t i = 0; i < h; i++)
    for (int64_t j = 0; j < h; j++) {
      int64_t k = i * h + j;
      bool down = i + h < N, right = j + h < N;
      c[i * N + j] = m1[k] + m4[k] - m5[k] + m7[k];
      if (right) c[i * N + j + h] = m3[k] + m5[k];
      if (down) c[(i + h) * N + j] = m2[k] + m4[k];
      if (down && right) c[(i + h) * N + j + h] = m1[k] - m2[k] + m3[k] + m6[k];
    }
}

//// winograd
typedef std::vector<float> Square;
static Square quarter(const float *x, int64_t N, int64_t h, int64_t row, int64_t column) {
  Square q(h * h);
  for (int64_t i = 0; i < h; i++)
    for (int64_t j = 0; j < h; j++)
      if (row * h + i < N && column * h + j < N) q[i * h + j] = x[(row * h + i) * N + column * h + j];
  return q;
}
static Square plus(const Square &a, const Square &b, float sign = 1) {
  Square s(a.size());
  for (size_t i = 0; i < a.size(); i++) s[i] = a[i] + sign * b[i];
  return s;
}
static Square times(const Square &a, const Square &b, int64_t h) {
  Square c(h * h);
  for (int64_t i = 0; i < h; i++)
    for (int64_t k = 0; k < h; k++)
      for (int64_t j = 0; j < h; j++) c[i * h + j] += a[i * h + k] * b[k * h + j];
  return c;
}
void km_square(const float *a, const float *b, float *c, int64_t N) { // Winograd's form of Strassen: 15 additions
  int64_t h = (N + 1) / 2;
  Square a11 = quarter(a, N, h, 0, 0), a12 = quarter(a, N, h, 0, 1), a21 = quarter(a, N, h, 1, 0), a22 = quarter(a, N, h, 1, 1);
  Square b11 = quarter(b, N, h, 0, 0), b12 = quarter(b, N, h, 0, 1), b21 = quarter(b, N, h, 1, 0), b22 = quarter(b, N, h, 1, 1);
  Square s1 = plus(a21, a22), s2 = plus(s1, a11, -1), s3 = plus(a11, a21, -1), s4 = plus(a12, s2, -1);
  Square t1 = plus(b12, b11, -1), t2 = plus(b22, t1, -1), t3 = plus(b22, b12, -1), t4 = plus(t2, b21, -1);
  Square p1 = times(a11, b11, h), p2 = times(a12, b21, h), p3 = times(s4, b22, h), p4 = times(a22, t4, h);
  Square p5 = times(s1, t1, h), p6 = times(s2, t2, h), p7 = times(s3, t3, h);
  Square u2 = plus(p1, p6), u3 = plus(u2, p7), u4 = plus(u2, p5);
  for (int64_t i = 0; i < h; i++)
    for (int64_t j = 0; j < h; j++) {
      int64_t k = i * h + j;
      bool down = i + h < N, right = j + h < N;
      c[i * N + j] = p1[k] + p2[k];
      if (right) c[i * N + j + h] = u4[k] + p3[k];
      if (down) c[(i + h) * N + j] = u3[k] - p4[k];
      if (down && right) c[(i + h) * N + j + h] = u3[k] + p5[k];
    }
}
