// Features: cublasLtMatmul of fp8 matrices with scales and the largest result, a C of another type, descriptors on the stack, refused with an epilogue in a capture
#include <cublasLt.h>
#include <cuda_fp8.h>
#include "check.h"

int main() {
    const int m = 16, n = 8, k = 32;
    std::vector<__nv_fp8_e4m3> a(k * m), b(k * n);
    std::vector<__nv_bfloat16> c(m * n);
    for (auto& x : a) x = __nv_fp8_e4m3(float(int(bits() % 17) - 8));
    for (auto& x : b) x = __nv_fp8_e4m3(float(int(bits() % 9) - 4) * 0.5f);
    for (auto& x : c) x = __float2bfloat16(float(bits() % 5));
    Device<__nv_fp8_e4m3> da(a), db(b), dd(m * n);
    Device<__nv_bfloat16> dc(c);
    Device<float> scales(std::vector<float>{0.5f, 0.25f, 0.125f}), largest(1);
    float *sa = scales, *sb = scales + 1, *sd = scales + 2, *top = largest;
    cublasLtHandle_t h;
    cublasLtCreate(&h);
    cublasLtMatmulDescOpaque_t desc = {};
    EXPECT(cublasLtMatmulDescInit(&desc, CUBLAS_COMPUTE_32F, CUDA_R_32F) == CUBLAS_STATUS_SUCCESS);
    cublasOperation_t t = CUBLAS_OP_T;
    cublasLtMatmulDescSetAttribute(&desc, CUBLASLT_MATMUL_DESC_TRANSA, &t, sizeof t);
    cublasLtMatmulDescSetAttribute(&desc, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, &sa, sizeof sa);
    cublasLtMatmulDescSetAttribute(&desc, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, &sb, sizeof sb);
    cublasLtMatmulDescSetAttribute(&desc, CUBLASLT_MATMUL_DESC_D_SCALE_POINTER, &sd, sizeof sd);
    EXPECT(cublasLtMatmulDescSetAttribute(&desc, CUBLASLT_MATMUL_DESC_AMAX_D_POINTER, &top, sizeof top) == CUBLAS_STATUS_SUCCESS);
    cublasLtMatrixLayoutOpaque_t la = {}, lb = {}, lc = {}, ld = {};
    cublasLtMatrixLayoutInit(&la, CUDA_R_8F_E4M3, k, m, k);
    cublasLtMatrixLayoutInit(&lb, CUDA_R_8F_E4M3, k, n, k);
    cublasLtMatrixLayoutInit(&lc, CUDA_R_16BF, m, n, m);
    cublasLtMatrixLayoutInit(&ld, CUDA_R_8F_E4M3, m, n, m);
    const float alpha = 2, beta = 3;
    auto product = [&] { return cublasLtMatmul(h, &desc, &alpha, da, &la, db, &lb, &beta, dc, &lc, dd, &ld, nullptr, nullptr, 0, 0); };
    EXPECT(product() == CUBLAS_STATUS_SUCCESS);
    auto d = dd.host();
    float high = 0;
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            float s = 0;
            for (int p = 0; p < k; p++) s += float(a[i * k + p]) * float(b[j * k + p]);
            float v = alpha * 0.5f * 0.25f * s + beta * __bfloat162float(c[j * m + i]);
            high = fmaxf(high, fabsf(v));
            EXPECT(float(d[j * m + i]) == float(__nv_fp8_e4m3(v * 0.125f)));
        }
    EXPECT(largest.host()[0] == high && high > 0);

    cudaStream_t stream;
    cudaStreamCreate(&stream);
    cudaGraph_t g;
    cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed);
    EXPECT(product() != CUBLAS_STATUS_SUCCESS && cudaGetLastError() == cudaErrorStreamCaptureUnsupported);
    cudaStreamEndCapture(stream, &g);
    cublasLtDestroy(h);
    return done();
}
