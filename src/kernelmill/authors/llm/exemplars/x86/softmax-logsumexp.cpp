#include <math.h>
#include <stdint.h>

// One row a thread at a time. The maximum is taken out first, so that exp never overflows.
extern "C" void km_logsumexp(const float* x, float* y, int64_t N, int64_t M) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
        const float* row = x + i * M;
        float top = -INFINITY;
        for (int64_t j = 0; j < M; j++) top = row[j] > top || row[j] != row[j] ? row[j] : top;
        if (isinf(top) || isnan(top)) {
            y[i] = top;
            continue;
        }
        double sum = 0.0;
        for (int64_t j = 0; j < M; j++) sum += expf(row[j] - top);
        y[i] = top + logf((float)sum);
    }
}
