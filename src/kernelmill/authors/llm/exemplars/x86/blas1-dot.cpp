#include <stdint.h>

extern "C" void km_dot(const float* x, const float* y, float* result, int64_t N) {
    double sum = 0.0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
    for (int64_t i = 0; i < N; i++) sum += (double)x[i] * y[i];
    *result = (float)sum;
}
