// Features: cuBLAS: complex products, triangular solves from both sides, symmetric products, batches of LU, mixed types, amax
#include <cublas_v2.h>
#include "check.h"

int main() {
    cublasHandle_t h;
    cublasCreate(&h);
    {
        Device<cuComplex> a(std::vector<cuComplex>{{1, 1}, {2, 0}}), b(std::vector<cuComplex>{{0, 1}, {3, -1}}), c(1);
        cuComplex one = make_cuComplex(1, 0), zero = make_cuComplex(0, 0);
        cublasCgemm(h, CUBLAS_OP_C, CUBLAS_OP_N, 1, 1, 2, &one, a, 2, b, 2, &zero, c, 1);
        EXPECT(c.host()[0].x == 7 && c.host()[0].y == -1);
    }
    const int n = 3;
    std::vector<double> m = {4, 1, 2, 3, 5, 1, 2, 2, 6};  // columns
    {
        Device<double> a(m), b(std::vector<double>{8, 7, 26}), right(std::vector<double>{4, 10, 12});
        double one = 1;
        cublasDtrsm(h, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, n, 1, &one, a, n, b, n);
        EXPECT(near(b.host()[0], 2) && near(b.host()[1], 1) && near(b.host()[2], 21.0 / 6));
        cublasDtrsm(h, CUBLAS_SIDE_RIGHT, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, 1, n, &one, a, n, right, 1);
        EXPECT(near(right.host()[0], 1) && near(right.host()[1], 1.4) && near(right.host()[2], (12 - 2 - 2.8) / 6));
        Device<double> x(std::vector<double>{1, 1, 1}), y(3);
        double zero = 0;
        cublasDsymv(h, CUBLAS_FILL_MODE_LOWER, n, &one, a, n, x, 1, &zero, y, 1);
        EXPECT((y.host() == std::vector<double>{7, 7, 9}));
    }
    {
        Device<double> a(m), b(std::vector<double>{9, 8, 9}), inverse(9);
        Device<double*> pa(1), pb(1), pi(1);
        pa.set(0, a), pb.set(0, b), pi.set(0, inverse);
        Device<int> pivots(n), info(1);
        int state = -1;
        cublasDgetrfBatched(h, n, pa, n, pivots, info, 1);
        EXPECT(info.host()[0] == 0);
        cublasDgetrsBatched(h, CUBLAS_OP_N, n, 1, pa, n, pivots, pb, n, &state, 1);
        for (double v : b.host()) EXPECT(near(v, 1));
        cublasDgetriBatched(h, n, pa, n, pivots, pi, n, info, 1);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double s = 0;
                for (int k = 0; k < n; k++) s += m[i + k * n] * inverse.host()[k + j * n];
                EXPECT(near(s, i == j));
            }
    }
    {
        Device<__half> x(4), y(4);
        for (int i = 0; i < 4; i++) x.set(i, __float2half(i + 1.0f)), y.set(i, __float2half(0.5f));
        Device<float> r(1), v(std::vector<float>{1, -7, 3});
        EXPECT(cublasDotEx(h, 4, x, CUDA_R_16F, 1, y, CUDA_R_16F, 1, r, CUDA_R_32F, CUDA_R_32F) == CUBLAS_STATUS_SUCCESS);
        EXPECT(r.host()[0] == 5);
        int at = 0;
        cublasIsamax(h, 3, v, 1, &at);
        EXPECT(at == 2);
    }
    return done();
}
