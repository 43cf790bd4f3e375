#include <stdint.h>

extern "C" void km_axpy(const float* x, const float* y, float* z, int64_t N, double alpha) {
    const float a = (float)alpha;
#pragma omp parallel for simd schedule(static)
    for (int64_t i = 0; i < N; i++) z[i] = a * x[i] + y[i];
}
