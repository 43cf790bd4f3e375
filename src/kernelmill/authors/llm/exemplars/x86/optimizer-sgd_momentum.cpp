#include <stdint.h>

// In place: param and momentum are read and written.
extern "C" void km_sgd_momentum(const float* grad, float* param, float* momentum, int64_t N, double lr, double mu) {
    const float rate = (float)lr, keep = (float)mu;
#pragma omp parallel for simd schedule(static)
    for (int64_t i = 0; i < N; i++) {
        const float m = keep * momentum[i] + grad[i];
        momentum[i] = m;
        param[i] -= rate * m;
    }
}
