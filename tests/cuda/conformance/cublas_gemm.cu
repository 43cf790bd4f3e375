// Features: cuBLAS: sgemm with transposes, GemmEx in half, strided batches
#include <cublas_v2.h>
#include "check.h"

int main() {
    int m = 7, n = 5, k = 9;
    auto a = floats(m * k), b = floats(k * n), c = floats(m * n);
    Device<float> x(a), y(b), z(c);
    cublasHandle_t h;
    EXPECT(cublasCreate(&h) == CUBLAS_STATUS_SUCCESS);
    float alpha = 1.5f, beta = 0.5f;
    EXPECT(cublasSgemm(h, CUBLAS_OP_T, CUBLAS_OP_N, m, n, k, &alpha, x, k, y, k, &beta, z, m) == CUBLAS_STATUS_SUCCESS);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int q = 0; q < k; q++) s += double(a[i * k + q]) * b[j * k + q];
            EXPECT(near(r[j * m + i], 1.5 * s + 0.5 * c[j * m + i]));
        }
    std::vector<half> ha(m * k), hb(k * n);
    for (int i = 0; i < m * k; i++) ha[i] = __float2half(float(i % 5));
    for (int i = 0; i < k * n; i++) hb[i] = __float2half(float(i % 3));
    Device<half> p(ha), q(hb);
    alpha = 1, beta = 0;
    EXPECT(cublasGemmEx(h, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &alpha, p, CUDA_R_16F, m, q, CUDA_R_16F, k, &beta, z, CUDA_R_32F, m, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT) == 0);
    r = z.host();
    float s = 0;
    for (int t = 0; t < k; t++) s += float(ha[t * m + 2]) * float(hb[3 * k + t]);
    EXPECT(r[3 * m + 2] == s);
    EXPECT(cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, &alpha, x, 1, y, k, &beta, z, m) == CUBLAS_STATUS_INVALID_VALUE);
    cublasDestroy(h);
    return done();
}
