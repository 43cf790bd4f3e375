/* Byte twin of file/my-step.v2: reads every input byte, writes every output byte, computes nothing. */
#include <stdint.h>

typedef uint64_t word __attribute__((vector_size(64), may_alias));
typedef uint64_t loose __attribute__((vector_size(64), aligned(1), may_alias));

/* A store around the caches: what is only written need not be read first. */
#if defined(__clang__)
#define STREAM(p, v) __builtin_nontemporal_store((v), (word *)(p))
#elif defined(__AVX512F__)
typedef float floats __attribute__((vector_size(64), may_alias));
#define STREAM(p, v) __builtin_ia32_movntps512((float *)(p), (floats)(v))
#else
#define STREAM(p, v) (*(loose *)(p) = (v))
#endif

#define FINITE(v) ((v) & 0x3f3f3f3f3f3f3f3f) /* a finite number of every type */
#define READ4(p, line, i) \
  for (int k = 0; k < 4; k++) line[k] ^= ((const loose *)(p))[4 * (i) + k]
#define WRITE4(p, line, i, around) \
  if (around && (uintptr_t)(p) % 64 == 0) \
    for (int k = 0; k < 4; k++) STREAM((char *)(p) + 64 * (4 * (i) + k), FINITE(line[k])); \
  else \
    for (int k = 0; k < 4; k++) ((loose *)(p))[4 * (i) + k] = FINITE(line[k])

/* Parts of a tensor, cut at 64 bytes; the last one takes what is left over. No division at each: that took as long as the bytes. */
static inline int64_t part(int64_t bytes, int64_t n) { return (bytes / 64 + n - 1) / n * 64; }
static inline int64_t cut(int64_t bytes, int64_t step, int64_t i, int64_t n) {
  return i == n || i * step > bytes ? bytes : i * step;
}

static inline word take(const void *p, int64_t bytes, int64_t step, int64_t i, int64_t n, word seen) {
  const char *at = (const char *)p + cut(bytes, step, i, n), *end = (const char *)p + cut(bytes, step, i + 1, n);
  word a = seen, b = {0}, c = {0}, d = {0};
  for (; end - at >= 256; at += 256)
    a ^= ((const loose *)at)[0], b ^= ((const loose *)at)[1], c ^= ((const loose *)at)[2], d ^= ((const loose *)at)[3];
  for (; end - at >= 64; at += 64) a ^= *(const loose *)at;
  for (; at < end; at++) a[0] ^= (uint8_t)*at;
  return a ^ b ^ c ^ d;
}

static inline void give(void *p, int64_t bytes, int64_t step, int64_t i, int64_t n, word value, int around) {
  char *at = (char *)p + cut(bytes, step, i, n), *end = (char *)p + cut(bytes, step, i + 1, n);
  value = FINITE(value);
  if (around && (uintptr_t)at % 64 == 0)
    for (; end - at >= 64; at += 64) STREAM(at, value);
  for (; end - at >= 64; at += 64) *(loose *)at = value;
  for (; at < end; at++) *at = (char)value[0];
}

void km_my_step_v2(const float* x, const float* fc_weight, const int64_t* in_, float* p, double* loss, int64_t N, int64_t x_, double lr, int64_t steps, uint8_t nesterov) {
  const int64_t bytes_x = (int64_t)4 * N * x_;
  const int64_t bytes_fc_weight = (int64_t)4 * x_;
  const int64_t bytes_in_ = (int64_t)8;
  const int64_t bytes_p = (int64_t)4 * (N * x_);
  const int64_t bytes_loss = (int64_t)8;
  const int64_t n = (int64_t)4 * N * x_ / 256;
  const int64_t step_x = 256;
  const int64_t step_fc_weight = part(bytes_fc_weight, n + 1);
  const int64_t step_in_ = part(bytes_in_, n + 1);
  const int64_t step_p = part(bytes_p, n + 1);
  const int64_t step_loss = part(bytes_loss, n + 1);
#pragma omp parallel
  {
    word seen = {0}, line[4] = {{0}};
#pragma omp for schedule(static) nowait
    for (int64_t i = 0; i < n; i++) {
      READ4(x, line, i);
      seen = take(fc_weight, bytes_fc_weight, step_fc_weight, i, n + 1, seen);
      seen = take(in_, bytes_in_, step_in_, i, n + 1, seen);
      seen = take(p, bytes_p, step_p, i, n + 1, seen);
      give(p, bytes_p, step_p, i, n + 1, seen, 0);
      give(loss, bytes_loss, step_loss, i, n + 1, seen, 0);
    }
    for (int k = 0; k < 4; k++) seen ^= line[k];
#pragma omp single
    { /* what is left over after whole steps */
      const int64_t i = n;
      seen = take(x, bytes_x, step_x, i, n + 1, seen);
      seen = take(fc_weight, bytes_fc_weight, step_fc_weight, i, n + 1, seen);
      seen = take(in_, bytes_in_, step_in_, i, n + 1, seen);
      seen = take(p, bytes_p, step_p, i, n + 1, seen);
      give(p, bytes_p, step_p, i, n + 1, seen, 0);
      give(loss, bytes_loss, step_loss, i, n + 1, seen, 0);
    }
    __asm__ volatile("" : : "m"(seen) : "memory");
  }
}
