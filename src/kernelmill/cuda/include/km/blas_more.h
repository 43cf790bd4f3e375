// Rarer functions of cuBLAS: mixed types, complex products, triangular and symmetric matrices, batches of LU. Columns, as in cublas_v2.h.
#pragma once
#include <complex>
#include <vector>

namespace km {
inline double blas_value(const void* p, cudaDataType t, size_t i) {
    switch (t) {
        case CUDA_R_32F: return static_cast<const float*>(p)[i];
        case CUDA_R_64F: return static_cast<const double*>(p)[i];
        case CUDA_R_16F: return float(static_cast<const __half*>(p)[i]);
        default: return float(static_cast<const __nv_bfloat16*>(p)[i]);
    }
}
inline void blas_put(void* p, cudaDataType t, size_t i, double v) {
    switch (t) {
        case CUDA_R_32F: static_cast<float*>(p)[i] = float(v); break;
        case CUDA_R_64F: static_cast<double*>(p)[i] = v; break;
        case CUDA_R_16F: static_cast<__half*>(p)[i] = __half(float(v)); break;
        default: static_cast<__nv_bfloat16*>(p)[i] = __nv_bfloat16(float(v));
    }
}
inline bool blas_real(cudaDataType t) { return t == CUDA_R_32F || t == CUDA_R_64F || t == CUDA_R_16F || t == CUDA_R_16BF; }
template <class C, class R> cublasStatus_t complex_gemm(int ta, int tb, int m, int n, int k, const C* alpha, const C* a, int lda, const C* b, int ldb, const C* beta, C* c, int ldc) {
    using Z = std::complex<R>;
    const auto get = [](const C* p, size_t i, bool conjugate) { return Z(p[i].x, conjugate ? -p[i].y : p[i].y); };
    const Z f(alpha->x, alpha->y), g(beta->x, beta->y);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            Z s = 0;
            for (int p = 0; p < k; p++)
                s += get(a, ta == CUBLAS_OP_N ? size_t(i) + size_t(p) * lda : size_t(p) + size_t(i) * lda, ta == CUBLAS_OP_C) *
                     get(b, tb == CUBLAS_OP_N ? size_t(p) + size_t(j) * ldb : size_t(j) + size_t(p) * ldb, tb == CUBLAS_OP_C);
            C& to = c[size_t(i) + size_t(j) * ldc];
            s *= f;
            if (g != Z(0)) s += g * Z(to.x, to.y);
            to.x = s.real(), to.y = s.imag();
        }
    return CUBLAS_STATUS_SUCCESS;
}
/// Element (i, j) of op(A) for a triangular A of unit or free diagonal.
template <class T> T triangle(const T* a, int lda, cublasFillMode_t fill, cublasOperation_t op, cublasDiagType_t diagonal, int i, int j) {
    if (op != CUBLAS_OP_N) std::swap(i, j);
    if (i == j) return diagonal == CUBLAS_DIAG_UNIT ? T(1) : a[size_t(i) + size_t(j) * lda];
    return (fill == CUBLAS_FILL_MODE_LOWER) == (i > j) ? a[size_t(i) + size_t(j) * lda] : T(0);
}
template <class T> T symmetric(const T* a, int lda, cublasFillMode_t fill, int i, int j) { return (fill == CUBLAS_FILL_MODE_LOWER) == (i >= j) ? a[size_t(i) + size_t(j) * lda] : a[size_t(j) + size_t(i) * lda]; }
/// Solves op(A) x = x in place for one column whose elements are `step` apart.
template <class T> void solve(const T* a, int lda, cublasFillMode_t fill, cublasOperation_t op, cublasDiagType_t diagonal, int n, T* x, size_t step) {
    const bool forward = (fill == CUBLAS_FILL_MODE_LOWER) == (op == CUBLAS_OP_N);
    for (int q = 0; q < n; q++) {
        const int i = forward ? q : n - 1 - q;
        double s = x[size_t(i) * step];
        for (int j = forward ? 0 : i + 1; j < (forward ? i : n); j++) s -= double(triangle(a, lda, fill, op, diagonal, i, j)) * x[size_t(j) * step];
        x[size_t(i) * step] = T(s / triangle(a, lda, fill, op, diagonal, i, i));
    }
}
}  // namespace km

inline cublasStatus_t cublasDotEx(cublasHandle_t, int n, const void* x, cudaDataType xt, int ix, const void* y, cudaDataType yt, int iy, void* r, cudaDataType rt, cudaDataType) {
        if (__km_refuse_capture("cublas..DotEx")) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (!km::blas_real(xt) || !km::blas_real(yt) || !km::blas_real(rt)) return CUBLAS_STATUS_NOT_SUPPORTED;
    double s = 0;
    for (int i = 0; i < n; i++) s += km::blas_value(x, xt, size_t(i) * ix) * km::blas_value(y, yt, size_t(i) * iy);
    km::blas_put(r, rt, 0, s);
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasNrm2Ex(cublasHandle_t h, int n, const void* x, cudaDataType xt, int ix, void* r, cudaDataType rt, cudaDataType e) {
        if (__km_refuse_capture("cublas..Nrm2Ex")) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (auto s = cublasDotEx(h, n, x, xt, ix, x, xt, ix, r, rt, e)) return s;
    km::blas_put(r, rt, 0, std::sqrt(km::blas_value(r, rt, 0)));
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasAxpyEx(cublasHandle_t, int n, const void* a, cudaDataType at, const void* x, cudaDataType xt, int ix, void* y, cudaDataType yt, int iy, cudaDataType) {
        if (__km_refuse_capture("cublas..AxpyEx")) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (!km::blas_real(at) || !km::blas_real(xt) || !km::blas_real(yt)) return CUBLAS_STATUS_NOT_SUPPORTED;
    for (int i = 0; i < n; i++) km::blas_put(y, yt, size_t(i) * iy, km::blas_value(y, yt, size_t(i) * iy) + km::blas_value(a, at, 0) * km::blas_value(x, xt, size_t(i) * ix));
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasScalEx(cublasHandle_t, int n, const void* a, cudaDataType at, void* x, cudaDataType xt, int ix, cudaDataType) {
        if (__km_refuse_capture("cublas..ScalEx")) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (!km::blas_real(at) || !km::blas_real(xt)) return CUBLAS_STATUS_NOT_SUPPORTED;
    for (int i = 0; i < n; i++) km::blas_put(x, xt, size_t(i) * ix, km::blas_value(a, at, 0) * km::blas_value(x, xt, size_t(i) * ix));
    return CUBLAS_STATUS_SUCCESS;
}
#define KM_BLAS(p, C, R) \
    inline cublasStatus_t cublas##p##gemm(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const C* alpha, const C* a, int lda, const C* b, int ldb, const C* beta, C* c, \
                                          int ldc) { return km::complex_gemm<C, R>(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc); } \
    inline cublasStatus_t cublas##p##gemmStridedBatched(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, const C* alpha, const C* a, int lda, long long sa, const C* b, \
                                                        int ldb, long long sb, const C* beta, C* c, int ldc, long long sc, int count) { \
        if (__km_refuse_capture("cublas..gemmStridedBatched")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int i = 0; i < count; i++) km::complex_gemm<C, R>(ta, tb, m, n, k, alpha, a + i * sa, lda, b + i * sb, ldb, beta, c + i * sc, ldc); \
        return CUBLAS_STATUS_SUCCESS; \
    }
KM_BLAS(C, cuComplex, float) KM_BLAS(Z, cuDoubleComplex, double)
#undef KM_BLAS
#define KM_BLAS(p, T) \
    inline cublasStatus_t cublas##p##rot(cublasHandle_t, int n, T* x, int ix, T* y, int iy, const T* c, const T* s) { \
        if (__km_refuse_capture("cublas..rot")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int i = 0; i < n; i++) { \
            T &u = x[size_t(i) * ix], &v = y[size_t(i) * iy], t = *c * u + *s * v; \
            v = *c * v - *s * u, u = t; \
        } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##symv(cublasHandle_t, cublasFillMode_t f, int n, const T* alpha, const T* a, int lda, const T* x, int ix, const T* beta, T* y, int iy) { \
        if (__km_refuse_capture("cublas..symv")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        std::vector<T> r; \
        for (int i = 0; i < n; i++) { \
            double s = 0; \
            for (int j = 0; j < n; j++) s += double(km::symmetric(a, lda, f, i, j)) * x[size_t(j) * ix]; \
            r.push_back(T(*alpha * s + (*beta == T(0) ? T(0) : *beta * y[size_t(i) * iy]))); \
        } \
        for (int i = 0; i < n; i++) y[size_t(i) * iy] = r[size_t(i)]; \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##symm(cublasHandle_t, cublasSideMode_t side, cublasFillMode_t f, int m, int n, const T* alpha, const T* a, int lda, const T* b, int ldb, const T* beta, T* c, int ldc) { \
        if (__km_refuse_capture("cublas..symm")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) \
            for (int i = 0; i < m; i++) { \
                double s = 0; \
                if (side == CUBLAS_SIDE_LEFT) for (int k = 0; k < m; k++) s += double(km::symmetric(a, lda, f, i, k)) * b[size_t(k) + size_t(j) * ldb]; \
                else for (int k = 0; k < n; k++) s += double(b[size_t(i) + size_t(k) * ldb]) * km::symmetric(a, lda, f, k, j); \
                T& to = c[size_t(i) + size_t(j) * ldc]; \
                to = T(*alpha * s + (*beta == T(0) ? T(0) : *beta * to)); \
            } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##syrk(cublasHandle_t, cublasFillMode_t f, cublasOperation_t op, int n, int k, const T* alpha, const T* a, int lda, const T* beta, T* c, int ldc) { \
        if (__km_refuse_capture("cublas..syrk")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) \
            for (int i = f == CUBLAS_FILL_MODE_LOWER ? j : 0; i < (f == CUBLAS_FILL_MODE_LOWER ? n : j + 1); i++) { \
                double s = 0; \
                for (int q = 0; q < k; q++) s += op == CUBLAS_OP_N ? double(a[size_t(i) + size_t(q) * lda]) * a[size_t(j) + size_t(q) * lda] : double(a[size_t(q) + size_t(i) * lda]) * a[size_t(q) + size_t(j) * lda]; \
                T& to = c[size_t(i) + size_t(j) * ldc]; \
                to = T(*alpha * s + (*beta == T(0) ? T(0) : *beta * to)); \
            } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##trsv(cublasHandle_t, cublasFillMode_t f, cublasOperation_t op, cublasDiagType_t d, int n, const T* a, int lda, T* x, int ix) { \
        if (__km_refuse_capture("cublas..trsv")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        km::solve(a, lda, f, op, d, n, x, size_t(ix)); \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##trsm(cublasHandle_t, cublasSideMode_t side, cublasFillMode_t f, cublasOperation_t op, cublasDiagType_t d, int m, int n, const T* alpha, const T* a, int lda, T* b, int ldb) { \
        if (__km_refuse_capture("cublas..trsm")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) b[size_t(i) + size_t(j) * ldb] *= *alpha; \
        if (side == CUBLAS_SIDE_LEFT) for (int j = 0; j < n; j++) km::solve(a, lda, f, op, d, m, b + size_t(j) * ldb, 1); \
        else for (int i = 0; i < m; i++) km::solve(a, lda, f, op == CUBLAS_OP_N ? CUBLAS_OP_T : CUBLAS_OP_N, d, n, b + i, size_t(ldb)); \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##trmm(cublasHandle_t, cublasSideMode_t side, cublasFillMode_t f, cublasOperation_t op, cublasDiagType_t d, int m, int n, const T* alpha, const T* a, int lda, const T* b, int ldb, T* c, int ldc) { \
        if (__km_refuse_capture("cublas..trmm")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        std::vector<T> r(size_t(m) * size_t(n)); \
        for (int j = 0; j < n; j++) \
            for (int i = 0; i < m; i++) { \
                double s = 0; \
                if (side == CUBLAS_SIDE_LEFT) for (int k = 0; k < m; k++) s += double(km::triangle(a, lda, f, op, d, i, k)) * b[size_t(k) + size_t(j) * ldb]; \
                else for (int k = 0; k < n; k++) s += double(b[size_t(i) + size_t(k) * ldb]) * km::triangle(a, lda, f, op, d, k, j); \
                r[size_t(i) + size_t(j) * m] = T(*alpha * s); \
            } \
        for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) c[size_t(i) + size_t(j) * ldc] = r[size_t(i) + size_t(j) * m]; \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##dgmm(cublasHandle_t, cublasSideMode_t side, int m, int n, const T* a, int lda, const T* x, int ix, T* c, int ldc) { \
        if (__km_refuse_capture("cublas..dgmm")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) c[size_t(i) + size_t(j) * ldc] = a[size_t(i) + size_t(j) * lda] * x[size_t(side == CUBLAS_SIDE_LEFT ? i : j) * ix]; \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##getrfBatched(cublasHandle_t, int n, T* const all[], int lda, int* pivots, int* info, int count) { \
        if (__km_refuse_capture("cublas..getrfBatched")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int q = 0; q < count; q++) { \
            T* a = all[q]; \
            info[q] = 0; \
            for (int k = 0; k < n; k++) { \
                int best = k; \
                if (pivots) { \
                    for (int i = k + 1; i < n; i++) if (std::fabs(a[size_t(i) + size_t(k) * lda]) > std::fabs(a[size_t(best) + size_t(k) * lda])) best = i; \
                    pivots[size_t(q) * n + k] = best + 1; \
                    if (best != k) for (int j = 0; j < n; j++) std::swap(a[size_t(k) + size_t(j) * lda], a[size_t(best) + size_t(j) * lda]); \
                } \
                const T d = a[size_t(k) + size_t(k) * lda]; \
                if (d == T(0)) { if (!info[q]) info[q] = k + 1; continue; } \
                for (int i = k + 1; i < n; i++) { \
                    const T l = a[size_t(i) + size_t(k) * lda] /= d; \
                    for (int j = k + 1; j < n; j++) a[size_t(i) + size_t(j) * lda] -= l * a[size_t(k) + size_t(j) * lda]; \
                } \
            } \
        } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##getrsBatched(cublasHandle_t, cublasOperation_t op, int n, int rhs, const T* const all[], int lda, const int* pivots, T* const right[], int ldb, int* info, int count) { \
        if (__km_refuse_capture("cublas..getrsBatched")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        if (info) *info = 0; \
        if (op != CUBLAS_OP_N) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int q = 0; q < count; q++) \
            for (int j = 0; j < rhs; j++) { \
                T* x = right[q] + size_t(j) * ldb; \
                for (int k = 0; pivots && k < n; k++) std::swap(x[k], x[pivots[size_t(q) * n + k] - 1]); \
                km::solve(all[q], lda, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, CUBLAS_DIAG_UNIT, n, x, 1); \
                km::solve(all[q], lda, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, n, x, 1); \
            } \
        return CUBLAS_STATUS_SUCCESS; \
    } \
    inline cublasStatus_t cublas##p##getriBatched(cublasHandle_t h, int n, const T* const all[], int lda, const int* pivots, T* const inverse[], int ldc, int* info, int count) { \
        if (__km_refuse_capture("cublas..getriBatched")) return CUBLAS_STATUS_NOT_SUPPORTED; \
        for (int q = 0; q < count; q++) { \
            for (int j = 0; j < n; j++) for (int i = 0; i < n; i++) inverse[q][size_t(i) + size_t(j) * ldc] = T(i == j); \
            cublas##p##getrsBatched(h, CUBLAS_OP_N, n, n, all + q, lda, pivots ? pivots + size_t(q) * n : nullptr, inverse + q, ldc, nullptr, 1); \
            info[q] = 0; \
        } \
        return CUBLAS_STATUS_SUCCESS; \
    }
KM_BLAS(S, float) KM_BLAS(D, double)
#undef KM_BLAS
