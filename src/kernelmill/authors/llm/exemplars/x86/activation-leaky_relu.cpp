#include <stdint.h>

extern "C" void km_leaky_relu(const float* x, float* y, int64_t N, double negative_slope) {
    const float slope = (float)negative_slope;
#pragma omp parallel for simd schedule(static)
    for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0.0f || x[i] != x[i] ? x[i] : slope * x[i];  // NaN stays NaN
}
