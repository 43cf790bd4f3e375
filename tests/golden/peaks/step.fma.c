/* FMA arm of file/my-step.v2: the task's floating-point operations in registers, no memory. */
#include <stdint.h>

#if defined(__AVX512F__)
#define LANES 16
#define CHAINS 24 /* more than latency times throughput, fewer than registers */
#elif defined(__AVX__)
#define LANES 8
#define CHAINS 12
#else
#define LANES 4
#define CHAINS 12
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));

static void multiply_add(int64_t steps) {
  vec acc[CHAINS], x, y;
  for (int i = 0; i < LANES; i++) x[i] = 0.999999f, y[i] = 1e-6f;
  for (int i = 0; i < CHAINS; i++) acc[i] = x * (float)i;
  for (int64_t s = 0; s < steps; s++) {
#pragma GCC unroll 32
    for (int i = 0; i < CHAINS; i++) acc[i] = acc[i] * x + y;
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "m"(acc[i]) : "memory");
}

void km_my_step_v2(const float* x, const float* fc_weight, const int64_t* in_, float* p, double* loss, int64_t N, int64_t x_, double lr, int64_t steps, uint8_t nesterov) {
  const int64_t flops = N;
  const int64_t per_step = 2 * LANES * CHAINS, n = 512; /* parts: enough for any number of threads */
  const int64_t steps = flops / (per_step * n) + 1;
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < n; i++) multiply_add(steps);
}
