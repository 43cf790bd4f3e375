#include <math.h>
#include <stdint.h>

extern "C" void km_softmax(const float* x, float* y, int64_t N, int64_t M) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
        const float* in = x + i * M;
        float* out = y + i * M;
        float top = -INFINITY;
        for (int64_t j = 0; j < M; j++) top = in[j] > top || in[j] != in[j] ? in[j] : top;
        double sum = 0.0;
        for (int64_t j = 0; j < M; j++) {
            out[j] = expf(in[j] - top);
            sum += out[j];
        }
        const float scale = (float)(1.0 / sum);
#pragma omp simd
        for (int64_t j = 0; j < M; j++) out[j] *= scale;
    }
}
