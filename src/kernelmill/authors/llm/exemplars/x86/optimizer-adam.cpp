#include <math.h>
#include <stdint.h>

// Everything that does not depend on the element is computed once, in double.
extern "C" void km_adam(const float* grad, float* param, float* m, float* v, int64_t N, double lr, double beta1, double beta2, double eps,
                        int64_t step) {
    const float b1 = (float)beta1, b2 = (float)beta2, r1 = (float)(1 - beta1), r2 = (float)(1 - beta2);
    const float rate = (float)(lr / (1 - pow(beta1, (double)step))), root = (float)(1 / sqrt(1 - pow(beta2, (double)step)));
    const float tiny = (float)eps;
#pragma omp parallel for simd schedule(static)
    for (int64_t i = 0; i < N; i++) {
        const float g = grad[i], first = b1 * m[i] + r1 * g, second = b2 * v[i] + r2 * g * g;
        m[i] = first;
        v[i] = second;
        param[i] -= rate * first / (sqrtf(second) * root + tiny);
    }
}
