// cublasLtMatmul with its layouts, batches and the epilogues that transformers use, over the product of runtime/blas.cpp.
#pragma once
#include "cublas_v2.h"

enum cublasLtMatmulDescAttributes_t { CUBLASLT_MATMUL_DESC_COMPUTE_TYPE, CUBLASLT_MATMUL_DESC_SCALE_TYPE, CUBLASLT_MATMUL_DESC_POINTER_MODE, CUBLASLT_MATMUL_DESC_TRANSA,
                                      CUBLASLT_MATMUL_DESC_TRANSB, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_MATMUL_DESC_BIAS_POINTER, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE,
                                      CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD };
enum cublasLtMatrixLayoutAttribute_t { CUBLASLT_MATRIX_LAYOUT_TYPE, CUBLASLT_MATRIX_LAYOUT_ORDER, CUBLASLT_MATRIX_LAYOUT_ROWS, CUBLASLT_MATRIX_LAYOUT_COLS, CUBLASLT_MATRIX_LAYOUT_LD,
                                       CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET };
enum cublasLtMatmulPreferenceAttributes_t { CUBLASLT_MATMUL_PREF_SEARCH_MODE, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES };
enum cublasLtEpilogue_t { CUBLASLT_EPILOGUE_DEFAULT = 1, CUBLASLT_EPILOGUE_RELU = 2, CUBLASLT_EPILOGUE_BIAS = 4, CUBLASLT_EPILOGUE_RELU_BIAS = 6, CUBLASLT_EPILOGUE_GELU = 32,
                          CUBLASLT_EPILOGUE_GELU_BIAS = 36, CUBLASLT_EPILOGUE_GELU_AUX = 160, CUBLASLT_EPILOGUE_GELU_AUX_BIAS = 164, CUBLASLT_EPILOGUE_DGELU = 192, CUBLASLT_EPILOGUE_BGRADB = 512 };
enum cublasLtOrder_t { CUBLASLT_ORDER_COL, CUBLASLT_ORDER_ROW };

struct cublasLtMatmulDescOpaque { cublasComputeType_t compute; int ta, tb, epilogue; const void* bias; int bias_type; };
struct cublasLtMatrixLayoutOpaque { cudaDataType type; size_t rows, cols; long long ld, stride; int batch, order; };
typedef cublasLtMatmulDescOpaque cublasLtMatmulDescOpaque_t;
typedef cublasLtMatrixLayoutOpaque cublasLtMatrixLayoutOpaque_t;
typedef cublasLtMatmulDescOpaque* cublasLtMatmulDesc_t;
typedef cublasLtMatrixLayoutOpaque* cublasLtMatrixLayout_t;
typedef struct cublasLtPreferenceOpaque { char unused; }* cublasLtMatmulPreference_t;
typedef struct cublasLtContext* cublasLtHandle_t;
struct cublasLtMatmulAlgo_t { unsigned long long data[8]; };
struct cublasLtMatmulHeuristicResult_t { cublasLtMatmulAlgo_t algo; size_t workspaceSize; cublasStatus_t state; float wavesCount; int reserved[4]; };

inline cublasStatus_t cublasLtCreate(cublasLtHandle_t* h) { *h = reinterpret_cast<cublasLtHandle_t>(new char[16]); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtDestroy(cublasLtHandle_t h) { delete[] reinterpret_cast<char*>(h); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* d, cublasComputeType_t c, cudaDataType) { *d = new cublasLtMatmulDescOpaque{c, 0, 0, CUBLASLT_EPILOGUE_DEFAULT, nullptr, -1}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d) { delete d; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t a, const void* v, size_t) {
    switch (a) {
        case CUBLASLT_MATMUL_DESC_TRANSA: d->ta = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_TRANSB: d->tb = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_EPILOGUE: d->epilogue = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_BIAS_POINTER: d->bias = *static_cast<const void* const*>(v); break;
        case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: d->bias_type = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE: case CUBLASLT_MATMUL_DESC_SCALE_TYPE: case CUBLASLT_MATMUL_DESC_POINTER_MODE: break;
        default: return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* l, cudaDataType t, size_t rows, size_t cols, long long ld) { *l = new cublasLtMatrixLayoutOpaque{t, rows, cols, ld, 0, 1, 0}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l) { delete l; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t l, cublasLtMatrixLayoutAttribute_t a, const void* v, size_t) {
    if (a == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT) l->batch = *static_cast<const int*>(v);
    else if (a == CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET) l->stride = *static_cast<const long long*>(v);
    else if (a == CUBLASLT_MATRIX_LAYOUT_ORDER && *static_cast<const int*>(v) == CUBLASLT_ORDER_COL) return CUBLAS_STATUS_SUCCESS;
    else return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* p) { *p = new cublasLtPreferenceOpaque{}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p) { delete p; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, const void*, size_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                                     cublasLtMatmulPreference_t, int wanted, cublasLtMatmulHeuristicResult_t* r, int* found) {
    *found = wanted > 0;
    if (wanted > 0) *r = {};
    return CUBLAS_STATUS_SUCCESS;
}
namespace km {
inline float read_number(const void* p, int type, size_t i) {
    if (type == CUDA_R_32F) return static_cast<const float*>(p)[i];
    if (type == CUDA_R_16F) return static_cast<const __half*>(p)[i];
    return static_cast<const __nv_bfloat16*>(p)[i];
}
inline void write_number(void* p, int type, size_t i, float v) {
    if (type == CUDA_R_32F) static_cast<float*>(p)[i] = v;
    else if (type == CUDA_R_16F) static_cast<__half*>(p)[i] = v;
    else static_cast<__nv_bfloat16*>(p)[i] = v;
}
}  // namespace km
inline cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t d, const void* alpha, const void* a, cublasLtMatrixLayout_t la, const void* b, cublasLtMatrixLayout_t lb,
                                     const void* beta, const void* c, cublasLtMatrixLayout_t lc, void* out, cublasLtMatrixLayout_t lo, const cublasLtMatmulAlgo_t*, void*, size_t, cudaStream_t) {
    const int e = d->epilogue;
    if (e & ~(CUBLASLT_EPILOGUE_DEFAULT | CUBLASLT_EPILOGUE_RELU | CUBLASLT_EPILOGUE_BIAS | CUBLASLT_EPILOGUE_GELU)) return CUBLAS_STATUS_NOT_SUPPORTED;
    const int m = int(lo->rows), n = int(lo->cols), k = int(d->ta ? la->rows : la->cols);
    for (int i = 0; i < lo->batch; i++) {
        auto at = [i](const void* p, cublasLtMatrixLayout_t l) { return static_cast<const char*>(p) + size_t(i) * size_t(l->stride) * km_type_bytes(l->type); };
        void* to = const_cast<char*>(at(out, lo));
        if (c && c != out)
            for (int j = 0; j < n; j++) memcpy(static_cast<char*>(to) + size_t(j) * lo->ld * km_type_bytes(lo->type), at(c, lc) + size_t(j) * lc->ld * km_type_bytes(lc->type), size_t(m) * km_type_bytes(lo->type));
        if (auto s = __km_gemm(d->ta, d->tb, m, n, k, alpha, at(a, la), la->type, int(la->ld), at(b, lb), lb->type, int(lb->ld), beta, to, lo->type, int(lo->ld), d->compute)) return s;
        if (e == CUBLASLT_EPILOGUE_DEFAULT) continue;
        for (int j = 0; j < n; j++)
            for (int r = 0; r < m; r++) {
                const size_t place = size_t(j) * size_t(lo->ld) + size_t(r);
                float v = km::read_number(to, lo->type, place);
                if (e & CUBLASLT_EPILOGUE_BIAS) v += km::read_number(d->bias, d->bias_type < 0 ? lo->type : d->bias_type, size_t(r));
                if (e & CUBLASLT_EPILOGUE_RELU) v = v > 0 ? v : 0;
                if (e & CUBLASLT_EPILOGUE_GELU) v = 0.5f * v * (1 + tanhf(0.7978845608f * (v + 0.044715f * v * v * v)));
                km::write_number(to, lo->type, place, v);
            }
    }
    return CUBLAS_STATUS_SUCCESS;
}
