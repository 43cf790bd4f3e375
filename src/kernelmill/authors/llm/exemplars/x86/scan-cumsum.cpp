#include <stdint.h>

extern "C" void km_cumsum(const float* x, float* y, int64_t N, int64_t M) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < M; j++) {
            sum += x[i * M + j];
            y[i * M + j] = (float)sum;
        }
    }
}
