#include <stdint.h>

extern "C" void km_mse(const float* x, const float* target, float* loss, int64_t N, int64_t M) {
    double sum = 0.0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
    for (int64_t i = 0; i < N * M; i++) {
        const float e = x[i] - target[i];
        sum += (double)e * e;
    }
    *loss = (float)(sum / (double)(N * M));
}
