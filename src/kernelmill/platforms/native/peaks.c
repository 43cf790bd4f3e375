/* Peaks of this machine: fused multiply-adds per second, and bytes per second read, copied and in the triad.
 *
 * peaks MEGABYTES SECONDS        one JSON object on stdout: per quantity the best and the median of its repeats.
 * Threads come from OMP_NUM_THREADS. Compiled with the flags of platform x86.
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef VECTOR_BYTES
#define VECTOR_BYTES 16
#endif
#define LANES (VECTOR_BYTES / 4)
#if VECTOR_BYTES == 64
#define CHAINS 24 /* more than latency times throughput, fewer than registers */
#else
#define CHAINS 12
#endif
#define REPEATS 4096

typedef float vec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint64_t word __attribute__((vector_size(VECTOR_BYTES), may_alias));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double *b, *c, *a;
static int64_t count;

/* Each returns what it did: floating-point operations, or bytes moved (a copy counts both sides). */
static double fma_f32(void) {
#pragma omp parallel
  {
    vec acc[CHAINS], x, y;
    for (int i = 0; i < LANES; i++) x[i] = 0.999999f, y[i] = 1e-6f;
    for (int i = 0; i < CHAINS; i++) acc[i] = x * (float)i;
    for (int r = 0; r < REPEATS; r++) {
#pragma GCC unroll 32
      for (int i = 0; i < CHAINS; i++) acc[i] = acc[i] * x + y;
    }
    for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "m"(acc[i]) : "memory");
  }
  return 2.0 * LANES * CHAINS * REPEATS * omp_get_max_threads();
}

static double read_all(void) {
#pragma omp parallel
  {
    word seen[4] = {{0}};
#pragma omp for schedule(static)
    for (int64_t i = 0; i < count / (4 * VECTOR_BYTES / 8); i++)
      for (int j = 0; j < 4; j++) seen[j] ^= ((const word *)b)[4 * i + j];
    __asm__ volatile("" : : "m"(seen) : "memory");
  }
  return 8.0 * (double)count;
}

static double copy_all(void) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; i++) a[i] = b[i];
  return 16.0 * (double)count;
}

/* A copy whose stores go around the caches. */
static double stream_all(void) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count / (VECTOR_BYTES / 8); i++) {
#if defined(__clang__)
    __builtin_nontemporal_store(((const vec *)b)[i], (vec *)a + i);
#elif VECTOR_BYTES == 64
    __builtin_ia32_movntps512((float *)((vec *)a + i), ((const vec *)b)[i]);
#elif VECTOR_BYTES == 32
    __builtin_ia32_movntps256((float *)((vec *)a + i), ((const vec *)b)[i]);
#else
    __builtin_ia32_movntps((float *)((vec *)a + i), ((const vec *)b)[i]);
#endif
  }
  return 16.0 * (double)count;
}

static double triad_all(void) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; i++) a[i] = b[i] + 3.0 * c[i];
  return 24.0 * (double)count;
}

static int by_value(const void *p, const void *q) {
  double x = *(const double *)p, y = *(const double *)q;
  return (x > y) - (x < y);
}

static void report(const char *name, double (*work)(void), double seconds, const char *end) {
  enum { MOST = 4000 };
  static double rates[MOST];
  int n = 0;
  work();
  for (double stop = now() + seconds; n < 3 || (n < MOST && now() < stop); n++) {
    double start = now(), done = work();
    rates[n] = done / (now() - start);
  }
  qsort(rates, (size_t)n, sizeof *rates, by_value);
  printf("\"%s\": {\"best\": %.6g, \"median\": %.6g, \"repeats\": %d}%s", name, rates[n - 1], rates[n / 2], n, end);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  count = (int64_t)(atof(argv[1]) * 1048576 / 8) / 64 * 64;
  double seconds = atof(argv[2]);
  double **arrays[] = {&a, &b, &c};
  for (int k = 0; k < 3; k++) {
    *arrays[k] = aligned_alloc(4096, ((size_t)count * 8 + 4095) / 4096 * 4096);
    if (!*arrays[k]) return 1;
    double *p = *arrays[k];
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++) p[i] = (double)k; /* each thread faults in the pages that it will use */
  }
  printf("{");
  report("flops_f32", fma_f32, seconds, ", ");
  report("read", read_all, seconds, ", ");
  report("copy", copy_all, seconds, ", ");
  report("stream", stream_all, seconds, ", ");
  report("triad", triad_all, seconds, "}\n");
  return 0;
}
