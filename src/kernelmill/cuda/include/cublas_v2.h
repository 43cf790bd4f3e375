// cuBLAS: matrices stand in columns. Products are packed and summed in the computation's type; see runtime/blas.cpp.
#pragma once
#define CUBLAS_API_H_
#include "cuComplex.h"
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "cuda_runtime.h"
#include "library_types.h"

typedef struct cublasContext* cublasHandle_t;
enum cublasStatus_t { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_NOT_INITIALIZED = 1, CUBLAS_STATUS_ALLOC_FAILED = 3, CUBLAS_STATUS_INVALID_VALUE = 7, CUBLAS_STATUS_ARCH_MISMATCH = 8,
                      CUBLAS_STATUS_MAPPING_ERROR = 11, CUBLAS_STATUS_EXECUTION_FAILED = 13, CUBLAS_STATUS_INTERNAL_ERROR = 14, CUBLAS_STATUS_NOT_SUPPORTED = 15, CUBLAS_STATUS_LICENSE_ERROR = 16 };
enum cublasOperation_t { CUBLAS_OP_N, CUBLAS_OP_T, CUBLAS_OP_C };
enum cublasFillMode_t { CUBLAS_FILL_MODE_LOWER, CUBLAS_FILL_MODE_UPPER };
enum cublasDiagType_t { CUBLAS_DIAG_NON_UNIT, CUBLAS_DIAG_UNIT };
enum cublasSideMode_t { CUBLAS_SIDE_LEFT, CUBLAS_SIDE_RIGHT };
enum cublasPointerMode_t { CUBLAS_POINTER_MODE_HOST, CUBLAS_POINTER_MODE_DEVICE };
enum cublasMath_t { CUBLAS_DEFAULT_MATH = 0, CUBLAS_TENSOR_OP_MATH = 1, CUBLAS_PEDANTIC_MATH = 2, CUBLAS_TF32_TENSOR_OP_MATH = 3 };
enum cublasGemmAlgo_t { CUBLAS_GEMM_DFALT = -1, CUBLAS_GEMM_DEFAULT = -1, CUBLAS_GEMM_DEFAULT_TENSOR_OP = 99, CUBLAS_GEMM_DFALT_TENSOR_OP = 99 };
enum cublasComputeType_t { CUBLAS_COMPUTE_16F = 64, CUBLAS_COMPUTE_16F_PEDANTIC = 65, CUBLAS_COMPUTE_32F = 68, CUBLAS_COMPUTE_32F_PEDANTIC = 69, CUBLAS_COMPUTE_32F_FAST_16F = 74,
                           CUBLAS_COMPUTE_32F_FAST_16BF = 75, CUBLAS_COMPUTE_32F_FAST_TF32 = 77, CUBLAS_COMPUTE_64F = 70, CUBLAS_COMPUTE_32I = 72 };

extern "C" cublasStatus_t __km_gemm(int ta, int tb, int m, int n, int k, const void* alpha, const void* a, int at, int lda, const void* b, int bt, int ldb, const void* beta, void* c,
                                    int ct, int ldc, int compute);
inline cublasStatus_t cublasCreate(cublasHandle_t* h) { *h = reinterpret_cast<cublasHandle_t>(new char[16]); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasDestroy(cublasHandle_t h) { delete[] reinterpret_cast<char*>(h); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasGetStream(cublasHandle_t, cudaStream_t* s) { *s = nullptr; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasSetMathMode(cublasHandle_t, cublasMath_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasGetMathMode(cublasHandle_t, cublasMath_t* m) { *m = CUBLAS_DEFAULT_MATH; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasSetPointerMode(cublasHandle_t, cublasPointerMode_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasSetWorkspace(cublasHandle_t, void*, size_t) { return CUBLAS_STATUS_SUCCESS; }
inline const char* cublasGetStatusString(cublasStatus_t s) { return s == CUBLAS_STATUS_SUCCESS ? "success" : "cuBLAS error"; }
inline const char* cublasGetStatusName(cublasStatus_t s) { return s == CUBLAS_STATUS_SUCCESS ? "CUBLAS_STATUS_SUCCESS" : "CUBLAS_STATUS_ERROR"; }

namespace km {
template <class T> struct DataType;
template <> struct DataType<float> { static constexpr int value = CUDA_R_32F; };
template <> struct DataType<double> { static constexpr int value = CUDA_R_64F; };
template <> struct DataType<__half> { static constexpr int value = CUDA_R_16F; };
template <> struct DataType<__nv_bfloat16> { static constexpr int value = CUDA_R_16BF; };
template <class T> struct Accumulate { using type = float; };
template <> struct Accumulate<double> { using type = double; };
template <class T> cublasStatus_t gemm(int ta, int tb, int m, int n, int k, const T* alpha, const T* a, int lda, const T* b, int ldb, const T* beta, T* c, int ldc) {
    constexpr int t = DataType<T>::value;
    typename Accumulate<T>::type x(*alpha), y(*beta);
    return __km_gemm(ta, tb, m, n, k, &x, a, t, lda, b, t, ldb, &y, c, t, ldc, t == CUDA_R_64F ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F);
}
}  // namespace km

#define KM_BLAS(T, p) \
    inline cublasStatus_t cublas##p##gemm(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const T* alpha, const T* a, int lda, const T* b, int ldb, \
                                          const T* beta, T* c, int ldc) { return km::gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc); } \
    inline cublasStatus_t cublas##p##gemmStridedBatched(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const T* alpha, const T* a, int lda, long long sa, \
                                                        const T* b, int ldb, long long sb, const T* beta, T* c, int ldc, long long sc, int count) { \
        for (int i = 0; i < count; i++) \
            if (auto e = km::gemm(ta, tb, m, n, k, alpha, a + i * sa, lda, b + i * sb, ldb, beta, c + i * sc, ldc)) return e; \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##gemmBatched(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const T* alpha, const T* const a[], int lda, \
                                                 const T* const b[], int ldb, const T* beta, T* const c[], int ldc, int count) { \
        for (int i = 0; i < count; i++) \
            if (auto e = km::gemm(ta, tb, m, n, k, alpha, a[i], lda, b[i], ldb, beta, c[i], ldc)) return e; \
        return CUBLAS_STATUS_SUCCESS; \
    }
KM_BLAS(float, S) KM_BLAS(double, D) KM_BLAS(__half, H)
#undef KM_BLAS
#define KM_BLAS(T, p, q) \
    inline cublasStatus_t cublas##p##gemv(cublasHandle_t, cublasOperation_t t, int m, int n, const T* alpha, const T* a, int lda, const T* x, int ix, const T* beta, T* y, int iy) { if (__km_refuse_capture("cublas..gemv")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        const int rows = t == CUBLAS_OP_N ? m : n, cols = t == CUBLAS_OP_N ? n : m; \
        for (int i = 0; i < rows; i++) { \
            T s = 0; \
            for (int j = 0; j < cols; j++) s += (t == CUBLAS_OP_N ? a[i + size_t(j) * lda] : a[j + size_t(i) * lda]) * x[size_t(j) * ix]; \
            y[size_t(i) * iy] = *alpha * s + (*beta == T(0) ? T(0) : *beta * y[size_t(i) * iy]); \
        } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##ger(cublasHandle_t, int m, int n, const T* alpha, const T* x, int ix, const T* y, int iy, T* a, int lda) { if (__km_refuse_capture("cublas..ger")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) a[i + size_t(j) * lda] += *alpha * x[size_t(i) * ix] * y[size_t(j) * iy]; \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##axpy(cublasHandle_t, int n, const T* a, const T* x, int ix, T* y, int iy) { if (__km_refuse_capture("cublas..axpy")) return CUBLAS_STATUS_NOT_SUPPORTED; for (int i = 0; i < n; i++) y[size_t(i) * iy] += *a * x[size_t(i) * ix]; return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##scal(cublasHandle_t, int n, const T* a, T* x, int ix) { if (__km_refuse_capture("cublas..scal")) return CUBLAS_STATUS_NOT_SUPPORTED; for (int i = 0; i < n; i++) x[size_t(i) * ix] *= *a; return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##copy(cublasHandle_t, int n, const T* x, int ix, T* y, int iy) { if (__km_refuse_capture("cublas..copy")) return CUBLAS_STATUS_NOT_SUPPORTED; for (int i = 0; i < n; i++) y[size_t(i) * iy] = x[size_t(i) * ix]; return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##swap(cublasHandle_t, int n, T* x, int ix, T* y, int iy) { if (__km_refuse_capture("cublas..swap")) return CUBLAS_STATUS_NOT_SUPPORTED; for (int i = 0; i < n; i++) std::swap(y[size_t(i) * iy], x[size_t(i) * ix]); return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##dot(cublasHandle_t, int n, const T* x, int ix, const T* y, int iy, T* r) { if (__km_refuse_capture("cublas..dot")) return CUBLAS_STATUS_NOT_SUPPORTED; double s = 0; for (int i = 0; i < n; i++) s += double(x[size_t(i) * ix]) * y[size_t(i) * iy]; *r = T(s); return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##nrm2(cublasHandle_t, int n, const T* x, int ix, T* r) { if (__km_refuse_capture("cublas..nrm2")) return CUBLAS_STATUS_NOT_SUPPORTED; double s = 0; for (int i = 0; i < n; i++) s += double(x[size_t(i) * ix]) * x[size_t(i) * ix]; *r = T(sqrt(s)); return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##asum(cublasHandle_t, int n, const T* x, int ix, T* r) { if (__km_refuse_capture("cublas..asum")) return CUBLAS_STATUS_NOT_SUPPORTED; double s = 0; for (int i = 0; i < n; i++) s += std::fabs(double(x[size_t(i) * ix])); *r = T(s); return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublasI##q##amax(cublasHandle_t, int n, const T* x, int ix, int* r) { if (__km_refuse_capture("cublas..amax")) return CUBLAS_STATUS_NOT_SUPPORTED; int b = 0; for (int i = 1; i < n; i++) if (std::fabs(x[size_t(i) * ix]) > std::fabs(x[size_t(b) * ix])) b = i; *r = n ? b + 1 : 0; return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublasI##q##amin(cublasHandle_t, int n, const T* x, int ix, int* r) { if (__km_refuse_capture("cublas..amin")) return CUBLAS_STATUS_NOT_SUPPORTED; int b = 0; for (int i = 1; i < n; i++) if (std::fabs(x[size_t(i) * ix]) < std::fabs(x[size_t(b) * ix])) b = i; *r = n ? b + 1 : 0; return CUBLAS_STATUS_SUCCESS; } \
    inline cublasStatus_t cublas##p##geam(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, const T* alpha, const T* a, int lda, const T* beta, const T* b, int ldb, T* c, int ldc) { if (__km_refuse_capture("cublas..geam")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) { \
            T x = *alpha == T(0) ? T(0) : *alpha * (ta == CUBLAS_OP_N ? a[i + size_t(j) * lda] : a[j + size_t(i) * lda]), y = *beta == T(0) ? T(0) : *beta * (tb == CUBLAS_OP_N ? b[i + size_t(j) * ldb] : b[j + size_t(i) * ldb]); \
            c[i + size_t(j) * ldc] = x + y; \
        } \
        return CUBLAS_STATUS_SUCCESS; \
    }
KM_BLAS(float, S, s) KM_BLAS(double, D, d)
#undef KM_BLAS
template <class C> cublasStatus_t cublasGemmEx(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const void* alpha, const void* a, cudaDataType at, int lda, const void* b,
                                               cudaDataType bt, int ldb, const void* beta, void* c, cudaDataType ct, int ldc, C compute, cublasGemmAlgo_t) {
    int type = int(compute);
    if constexpr (std::is_same_v<C, cudaDataType_t>) type = compute == CUDA_R_64F ? CUBLAS_COMPUTE_64F : compute == CUDA_R_16F ? CUBLAS_COMPUTE_16F : compute == CUDA_R_32I ? CUBLAS_COMPUTE_32I : CUBLAS_COMPUTE_32F;
    return __km_gemm(ta, tb, m, n, k, alpha, a, at, lda, b, bt, ldb, beta, c, ct, ldc, type);
}
inline size_t km_type_bytes(cudaDataType t) { return t == CUDA_R_64F ? 8 : t == CUDA_R_32F || t == CUDA_R_32I ? 4 : t == CUDA_R_8I ? 1 : 2; }
template <class C> cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t h, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const void* alpha, const void* a, cudaDataType at, int lda, long long sa,
                                                             const void* b, cudaDataType bt, int ldb, long long sb, const void* beta, void* c, cudaDataType ct, int ldc, long long sc, int count, C compute, cublasGemmAlgo_t algo) {
    for (int i = 0; i < count; i++)
        if (auto e = cublasGemmEx(h, ta, tb, m, n, k, alpha, static_cast<const char*>(a) + i * sa * km_type_bytes(at), at, lda, static_cast<const char*>(b) + i * sb * km_type_bytes(bt), bt, ldb, beta,
                                  static_cast<char*>(c) + i * sc * km_type_bytes(ct), ct, ldc, compute, algo)) return e;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasSgemmEx(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const float* alpha, const void* a, cudaDataType at, int lda, const void* b, cudaDataType bt,
                                    int ldb, const float* beta, void* c, cudaDataType ct, int ldc) {
    return __km_gemm(ta, tb, m, n, k, alpha, a, at, lda, b, bt, ldb, beta, c, ct, ldc, CUBLAS_COMPUTE_32F);
}
inline cublasStatus_t cublasSetMatrix(int r, int c, int e, const void* a, int lda, void* b, int ldb) { cudaMemcpy2D(b, size_t(ldb) * e, a, size_t(lda) * e, size_t(r) * e, size_t(c), cudaMemcpyDefault); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasGetMatrix(int r, int c, int e, const void* a, int lda, void* b, int ldb) { return cublasSetMatrix(r, c, e, a, lda, b, ldb); }
inline cublasStatus_t cublasSetVector(int n, int e, const void* x, int ix, void* y, int iy) { for (int i = 0; i < n; i++) memcpy(static_cast<char*>(y) + size_t(i) * iy * e, static_cast<const char*>(x) + size_t(i) * ix * e, size_t(e)); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasGetVector(int n, int e, const void* x, int ix, void* y, int iy) { return cublasSetVector(n, e, x, ix, y, iy); }
inline cublasStatus_t cublasSetMatrixAsync(int r, int c, int e, const void* a, int lda, void* b, int ldb, cudaStream_t) { return cublasSetMatrix(r, c, e, a, lda, b, ldb); }
inline cublasStatus_t cublasGetMatrixAsync(int r, int c, int e, const void* a, int lda, void* b, int ldb, cudaStream_t) { return cublasSetMatrix(r, c, e, a, lda, b, ldb); }
inline cublasStatus_t cublasSetVectorAsync(int n, int e, const void* x, int ix, void* y, int iy, cudaStream_t) { return cublasSetVector(n, e, x, ix, y, iy); }
inline cublasStatus_t cublasGetVectorAsync(int n, int e, const void* x, int ix, void* y, int iy, cudaStream_t) { return cublasSetVector(n, e, x, ix, y, iy); }
#include "km/blas_more.h"
