#include <stdint.h>

// Each block of 4 rows keeps its sums in a small array; the innermost loop runs along rows of b and vectorizes.
extern "C" void km_tall_skinny(const float* a, const float* b, float* c, int64_t M, int64_t K, int64_t N) {
    enum { ROWS = 4, COLS = 64 };
#pragma omp parallel for schedule(static)
    for (int64_t i0 = 0; i0 < M; i0 += ROWS)
        for (int64_t j0 = 0; j0 < N; j0 += COLS) {
            const int64_t rows = M - i0 < ROWS ? M - i0 : ROWS, cols = N - j0 < COLS ? N - j0 : COLS;
            float sum[ROWS][COLS] = {{0}};
            for (int64_t k = 0; k < K; k++)
                for (int64_t i = 0; i < rows; i++) {
                    const float left = a[(i0 + i) * K + k];
#pragma omp simd
                    for (int64_t j = 0; j < cols; j++) sum[i][j] += left * b[k * N + j0 + j];
                }
            for (int64_t i = 0; i < rows; i++)
                for (int64_t j = 0; j < cols; j++) c[(i0 + i) * N + j0 + j] = sum[i][j];
        }
}
