#include "kernelmill_task.h"
#include <immintrin.h>
#include <pthread.h>

//// branchless_bits
#include <string.h>
void km_relu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    int32_t bits;
    memcpy(&bits, x + i, 4);
    bits &= ~(bits >> 31);
    memcpy(y + i, &bits, 4);
  }
}

//// streaming_stores
void km_relu(const float *x, float *y, int64_t N) {
  int64_t i = 0;
  __m128 zero = _mm_setzero_ps();
  for (; i + 4 <= N; i += 4) _mm_stream_ps(y + i, _mm_max_ps(_mm_loadu_ps(x + i), zero));
  for (; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;
  _mm_sfence();
}

//// software_prefetch
void km_relu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) {
    if (i % 16 == 0) __builtin_prefetch(x + i + 256);
    y[i] = x[i] < 0 ? 0 : x[i];
  }
}

//// pthreads
struct Part {
  const float *x;
  float *y;
  int64_t from, to;
};
static void *work(void *argument) {
  Part *p = (Part *)argument;
  for (int64_t i = p->from; i < p->to; i++) p->y[i] = p->x[i] > 0 ? p->x[i] : 0;
  return 0;
}
void km_relu(const float *x, float *y, int64_t N) {
  Part parts[2] = {{x, y, 0, N / 2}, {x, y, N / 2, N}};
  pthread_t thread;
  bool other = pthread_create(&thread, 0, work, parts + 1) == 0;
  work(parts);
  if (other)
    pthread_join(thread, 0);
  else
    work(parts + 1);
}

//// goto_loop
void km_relu(const float *x, float *y, int64_t N) {
  int64_t i = 0;
again:
  if (i >= N) return;
  y[i] = (x[i] + (x[i] < 0 ? -x[i] : x[i])) / 2;
  i++;
  goto again;
}
