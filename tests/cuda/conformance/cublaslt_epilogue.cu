// Features: cublasLtMatmul with a transposed operand and a bias
#include <cublasLt.h>
#include "check.h"

int main() {
    int m = 6, n = 4, k = 5;
    auto a = floats(k * m), b = floats(k * n), bias = floats(m);
    Device<float> A(a), B(b), C(m * n), V(bias);
    cublasLtHandle_t h;
    cublasLtMatmulDesc_t d;
    cublasLtMatrixLayout_t la, lb, lc;
    cublasLtCreate(&h);
    cublasLtMatmulDescCreate(&d, CUBLAS_COMPUTE_32F, CUDA_R_32F);
    cublasOperation_t t = CUBLAS_OP_T;
    cublasLtEpilogue_t e = CUBLASLT_EPILOGUE_BIAS;
    float* v = V;
    cublasLtMatmulDescSetAttribute(d, CUBLASLT_MATMUL_DESC_TRANSA, &t, sizeof t);
    cublasLtMatmulDescSetAttribute(d, CUBLASLT_MATMUL_DESC_EPILOGUE, &e, sizeof e);
    cublasLtMatmulDescSetAttribute(d, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &v, sizeof v);
    cublasLtMatrixLayoutCreate(&la, CUDA_R_32F, k, m, k);
    cublasLtMatrixLayoutCreate(&lb, CUDA_R_32F, k, n, k);
    cublasLtMatrixLayoutCreate(&lc, CUDA_R_32F, m, n, m);
    float one = 1, zero = 0;
    EXPECT(cublasLtMatmul(h, d, &one, A, la, B, lb, &zero, C, lc, C, lc, nullptr, nullptr, 0, nullptr) == CUBLAS_STATUS_SUCCESS);
    auto r = C.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = bias[i];
            for (int q = 0; q < k; q++) s += double(a[i * k + q]) * b[j * k + q];
            EXPECT(near(r[j * m + i], s));
        }
    return done();
}
