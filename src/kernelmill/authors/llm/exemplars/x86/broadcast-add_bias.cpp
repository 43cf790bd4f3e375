#include <stdint.h>

extern "C" void km_add_bias(const float* x, const float* bias, float* y, int64_t N, int64_t M) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
#pragma omp simd
        for (int64_t j = 0; j < M; j++) y[i * M + j] = x[i * M + j] + bias[j];
    }
}
