// cublasLtMatmul with its layouts, batches and the epilogues that transformers use, over the product of runtime/blas.cpp.
#pragma once
#include <vector>
#include "cublas_v2.h"
#include "cuda_fp8.h"

enum cublasLtMatmulDescAttributes_t { CUBLASLT_MATMUL_DESC_COMPUTE_TYPE, CUBLASLT_MATMUL_DESC_SCALE_TYPE, CUBLASLT_MATMUL_DESC_POINTER_MODE, CUBLASLT_MATMUL_DESC_TRANSA,
                                      CUBLASLT_MATMUL_DESC_TRANSB, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_MATMUL_DESC_BIAS_POINTER, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE,
                                      CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD,
                                      CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, CUBLASLT_MATMUL_DESC_C_SCALE_POINTER, CUBLASLT_MATMUL_DESC_D_SCALE_POINTER,
                                      CUBLASLT_MATMUL_DESC_AMAX_D_POINTER, CUBLASLT_MATMUL_DESC_FAST_ACCUM };
enum cublasLtMatrixLayoutAttribute_t { CUBLASLT_MATRIX_LAYOUT_TYPE, CUBLASLT_MATRIX_LAYOUT_ORDER, CUBLASLT_MATRIX_LAYOUT_ROWS, CUBLASLT_MATRIX_LAYOUT_COLS, CUBLASLT_MATRIX_LAYOUT_LD,
                                       CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET };
enum cublasLtMatmulPreferenceAttributes_t { CUBLASLT_MATMUL_PREF_SEARCH_MODE, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES };
enum cublasLtEpilogue_t { CUBLASLT_EPILOGUE_DEFAULT = 1, CUBLASLT_EPILOGUE_RELU = 2, CUBLASLT_EPILOGUE_BIAS = 4, CUBLASLT_EPILOGUE_RELU_BIAS = 6, CUBLASLT_EPILOGUE_GELU = 32,
                          CUBLASLT_EPILOGUE_GELU_BIAS = 36, CUBLASLT_EPILOGUE_GELU_AUX = 160, CUBLASLT_EPILOGUE_GELU_AUX_BIAS = 164, CUBLASLT_EPILOGUE_DGELU = 192, CUBLASLT_EPILOGUE_BGRADB = 512 };
enum cublasLtOrder_t { CUBLASLT_ORDER_COL, CUBLASLT_ORDER_ROW };

struct cublasLtMatmulDescOpaque { cublasComputeType_t compute; int ta, tb, epilogue; const void* bias; int bias_type; const float* scale[4]; float* amax; };  // scales of A, B, C, D
struct cublasLtMatrixLayoutOpaque { cudaDataType type; size_t rows, cols; long long ld, stride; int batch, order; };
typedef cublasLtMatmulDescOpaque cublasLtMatmulDescOpaque_t;
typedef cublasLtMatrixLayoutOpaque cublasLtMatrixLayoutOpaque_t;
typedef cublasLtMatmulDescOpaque* cublasLtMatmulDesc_t;
typedef cublasLtMatrixLayoutOpaque* cublasLtMatrixLayout_t;
struct cublasLtMatmulPreferenceOpaque_t { char unused; };
typedef cublasLtMatmulPreferenceOpaque_t* cublasLtMatmulPreference_t;
typedef struct cublasLtContext* cublasLtHandle_t;
struct cublasLtMatmulAlgo_t { unsigned long long data[8]; };
struct cublasLtMatmulHeuristicResult_t { cublasLtMatmulAlgo_t algo; size_t workspaceSize; cublasStatus_t state; float wavesCount; int reserved[4]; };

inline cublasStatus_t cublasLtCreate(cublasLtHandle_t* h) { *h = reinterpret_cast<cublasLtHandle_t>(new char[16]); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtDestroy(cublasLtHandle_t h) { delete[] reinterpret_cast<char*>(h); return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescInit(cublasLtMatmulDesc_t d, cublasComputeType_t c, cudaDataType) { *d = {c, 0, 0, CUBLASLT_EPILOGUE_DEFAULT, nullptr, -1, {}, nullptr}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* d, cublasComputeType_t c, cudaDataType t) { return cublasLtMatmulDescInit(*d = new cublasLtMatmulDescOpaque, c, t); }
inline cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d) { delete d; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t a, const void* v, size_t) {
    switch (a) {
        case CUBLASLT_MATMUL_DESC_TRANSA: d->ta = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_TRANSB: d->tb = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_EPILOGUE: d->epilogue = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_BIAS_POINTER: d->bias = *static_cast<const void* const*>(v); break;
        case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: d->bias_type = *static_cast<const int*>(v); break;
        case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE: case CUBLASLT_MATMUL_DESC_SCALE_TYPE: case CUBLASLT_MATMUL_DESC_POINTER_MODE: break;
        case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER: case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER: case CUBLASLT_MATMUL_DESC_C_SCALE_POINTER: case CUBLASLT_MATMUL_DESC_D_SCALE_POINTER:
            d->scale[a - CUBLASLT_MATMUL_DESC_A_SCALE_POINTER] = *static_cast<const float* const*>(v);
            break;
        case CUBLASLT_MATMUL_DESC_AMAX_D_POINTER: d->amax = *static_cast<float* const*>(v); break;
        case CUBLASLT_MATMUL_DESC_FAST_ACCUM: break;
        default: return CUBLAS_STATUS_NOT_SUPPORTED;
    }
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatrixLayoutInit(cublasLtMatrixLayout_t l, cudaDataType t, size_t rows, size_t cols, long long ld) { *l = {t, rows, cols, ld, 0, 1, 0}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* l, cudaDataType t, size_t rows, size_t cols, long long ld) { return cublasLtMatrixLayoutInit(*l = new cublasLtMatrixLayoutOpaque, t, rows, cols, ld); }
inline cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l) { delete l; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t l, cublasLtMatrixLayoutAttribute_t a, const void* v, size_t) {
    if (a == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT) l->batch = *static_cast<const int*>(v);
    else if (a == CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET) l->stride = *static_cast<const long long*>(v);
    else if (a == CUBLASLT_MATRIX_LAYOUT_ORDER && *static_cast<const int*>(v) == CUBLASLT_ORDER_COL) return CUBLAS_STATUS_SUCCESS;
    else return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}
inline cublasStatus_t cublasLtMatmulPreferenceInit(cublasLtMatmulPreference_t p) { *p = {}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* p) { *p = new cublasLtMatmulPreferenceOpaque_t{}; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p) { delete p; return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, const void*, size_t) { return CUBLAS_STATUS_SUCCESS; }
inline cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                                     cublasLtMatmulPreference_t, int wanted, cublasLtMatmulHeuristicResult_t* r, int* found) {
    *found = wanted > 0;
    if (wanted > 0) *r = {};
    return CUBLAS_STATUS_SUCCESS;
}
namespace km {
inline bool eight_bits(int type) { return type == CUDA_R_8F_E4M3 || type == CUDA_R_8F_E5M2; }
inline bool floating(int type) { return type == CUDA_R_32F || type == CUDA_R_16F || type == CUDA_R_16BF || eight_bits(type); }
inline float read_number(const void* p, int type, size_t i) {
    if (type == CUDA_R_32F) return static_cast<const float*>(p)[i];
    if (type == CUDA_R_16F) return static_cast<const __half*>(p)[i];
    if (type == CUDA_R_8F_E4M3) return float(static_cast<const __nv_fp8_e4m3*>(p)[i]);
    if (type == CUDA_R_8F_E5M2) return float(static_cast<const __nv_fp8_e5m2*>(p)[i]);
    return static_cast<const __nv_bfloat16*>(p)[i];
}
inline void write_number(void* p, int type, size_t i, float v) {
    if (type == CUDA_R_32F) static_cast<float*>(p)[i] = v;
    else if (type == CUDA_R_16F) static_cast<__half*>(p)[i] = v;
    else if (type == CUDA_R_8F_E4M3) static_cast<__nv_fp8_e4m3*>(p)[i] = __nv_fp8_e4m3(v);
    else if (type == CUDA_R_8F_E5M2) static_cast<__nv_fp8_e5m2*>(p)[i] = __nv_fp8_e5m2(v);
    else static_cast<__nv_bfloat16*>(p)[i] = v;
}
/// All elements of a matrix as floats, column after column without gaps.
inline std::vector<float> widened(const void* p, const cublasLtMatrixLayoutOpaque& l) {
    std::vector<float> all(l.rows * l.cols);
    for (size_t j = 0; j < l.cols; j++)
        for (size_t i = 0; i < l.rows; i++) all[j * l.rows + i] = read_number(p, l.type, j * size_t(l.ld) + i);
    return all;
}
}  // namespace km
inline cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t d, const void* alpha, const void* a, cublasLtMatrixLayout_t la, const void* b, cublasLtMatrixLayout_t lb,
                                     const void* beta, const void* c, cublasLtMatrixLayout_t lc, void* out, cublasLtMatrixLayout_t lo, const cublasLtMatmulAlgo_t*, void*, size_t, cudaStream_t) {
    const int e = d->epilogue, m = int(lo->rows), n = int(lo->cols), k = int(d->ta ? la->rows : la->cols);
    if (e & ~(CUBLASLT_EPILOGUE_DEFAULT | CUBLASLT_EPILOGUE_RELU | CUBLASLT_EPILOGUE_BIAS | CUBLASLT_EPILOGUE_GELU)) return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool scaled = d->scale[0] || d->scale[1] || d->scale[2] || d->scale[3] || d->amax;
    const bool wide = scaled || km::eight_bits(la->type) || km::eight_bits(lb->type) || km::eight_bits(lo->type) || (c && lc->type != lo->type);  // goes through floats
    const bool plain = !wide && e == CUBLASLT_EPILOGUE_DEFAULT && (!c || c == out);
    if (!plain && __km_refuse_capture("cublasLtMatmul with an epilogue, scales or a C of its own")) return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool floats = km::floating(la->type) && km::floating(lb->type) && km::floating(lo->type) && (!c || km::floating(lc->type));
    if ((wide || e != CUBLASLT_EPILOGUE_DEFAULT) && !floats) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (wide && (d->compute == CUBLAS_COMPUTE_16F || d->compute == CUBLAS_COMPUTE_64F)) return CUBLAS_STATUS_NOT_SUPPORTED;
    const auto scale = [d](int i) { return d->scale[i] ? *d->scale[i] : 1.0f; };
    if (d->amax) *d->amax = 0;
    for (int i = 0; i < lo->batch; i++) {
        auto at = [i](const void* p, cublasLtMatrixLayout_t l) { return static_cast<const char*>(p) + size_t(i) * size_t(l->stride) * (km::eight_bits(l->type) ? 1 : km_type_bytes(l->type)); };
        void* to = const_cast<char*>(at(out, lo));
        std::vector<float> sum;
        void* result = to;
        int type = lo->type;
        size_t ld = size_t(lo->ld);
        if (wide) {
            const float x = *static_cast<const float*>(alpha) * scale(0) * scale(1), y = c ? *static_cast<const float*>(beta) * scale(2) : 0;
            sum = y != 0 ? km::widened(at(c, lc), *lc) : std::vector<float>(size_t(m) * size_t(n));
            const auto fa = km::widened(at(a, la), *la), fb = km::widened(at(b, lb), *lb);
            result = sum.data(), type = CUDA_R_32F, ld = size_t(m);
            if (auto s = __km_gemm(d->ta, d->tb, m, n, k, &x, fa.data(), CUDA_R_32F, int(la->rows), fb.data(), CUDA_R_32F, int(lb->rows), &y, result, type, m, CUBLAS_COMPUTE_32F)) return s;
        } else {
            if (c && c != out)
                for (int j = 0; j < n; j++) memcpy(static_cast<char*>(to) + size_t(j) * lo->ld * km_type_bytes(lo->type), at(c, lc) + size_t(j) * lc->ld * km_type_bytes(lc->type), size_t(m) * km_type_bytes(lo->type));
            if (auto s = __km_gemm(d->ta, d->tb, m, n, k, alpha, at(a, la), la->type, int(la->ld), at(b, lb), lb->type, int(lb->ld), beta, to, lo->type, int(lo->ld), d->compute)) return s;
            if (e == CUBLASLT_EPILOGUE_DEFAULT) continue;
        }
        for (int j = 0; j < n; j++)
            for (int r = 0; r < m; r++) {
                float v = km::read_number(result, type, size_t(j) * ld + size_t(r));
                if (e & CUBLASLT_EPILOGUE_BIAS) v += km::read_number(d->bias, d->bias_type >= 0 ? d->bias_type : km::eight_bits(lo->type) ? int(CUDA_R_16BF) : int(lo->type), size_t(r));
                if (e & CUBLASLT_EPILOGUE_RELU) v = v > 0 ? v : 0;
                if (e & CUBLASLT_EPILOGUE_GELU) v = 0.5f * v * (1 + tanhf(0.7978845608f * (v + 0.044715f * v * v * v)));
                if (d->amax) *d->amax = std::max(*d->amax, std::fabs(v));
                km::write_number(to, lo->type, size_t(j) * size_t(lo->ld) + size_t(r), v * scale(3));
            }
    }
    return CUBLAS_STATUS_SUCCESS;
}
