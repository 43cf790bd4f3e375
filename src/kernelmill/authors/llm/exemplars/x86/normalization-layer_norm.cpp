#include <math.h>
#include <stdint.h>

// The variance is taken around the mean in a second pass: subtracting squares of large means would cancel.
extern "C" void km_layer_norm(const float* x, const float* weight, const float* bias, float* y, int64_t N, int64_t M, double eps) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
        const float* in = x + i * M;
        float* out = y + i * M;
        double sum = 0.0, squares = 0.0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < M; j++) sum += in[j];
        const double mean = sum / (double)M;
#pragma omp simd reduction(+ : squares)
        for (int64_t j = 0; j < M; j++) squares += (in[j] - mean) * (in[j] - mean);
        const double scale = 1.0 / sqrt(squares / (double)M + eps);
#pragma omp simd
        for (int64_t j = 0; j < M; j++) out[j] = (float)((in[j] - mean) * scale) * weight[j] + bias[j];
    }
}
