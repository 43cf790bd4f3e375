#include <stdint.h>

extern "C" void km_hardswish(const float* x, float* y, int64_t N) {
#pragma omp parallel for simd schedule(static)
    for (int64_t i = 0; i < N; i++) {
        float t = x[i] + 3.0f;
        t = t < 0.0f ? 0.0f : t > 6.0f ? 6.0f : t;
        y[i] = x[i] * t / 6.0f;
    }
}
