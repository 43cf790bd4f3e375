#include <stdint.h>

extern "C" void km_matvec(const float* a, const float* x, float* y, int64_t M, int64_t K) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < M; i++) {
        float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
        for (int64_t k = 0; k < K; k++) sum += a[i * K + k] * x[k];
        y[i] = sum;
    }
}
