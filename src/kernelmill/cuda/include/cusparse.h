// cuSPARSE's generic interface over plain loops: CSR, CSC, COO and dense operands of real types. What is not here says so.
#pragma once
#define CUSPARSEAPI
#include <algorithm>
#include <map>
#include <vector>
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "cuda_runtime.h"
#include "library_types.h"

enum cusparseStatus_t { CUSPARSE_STATUS_SUCCESS, CUSPARSE_STATUS_NOT_INITIALIZED, CUSPARSE_STATUS_ALLOC_FAILED, CUSPARSE_STATUS_INVALID_VALUE, CUSPARSE_STATUS_ARCH_MISMATCH, CUSPARSE_STATUS_MAPPING_ERROR,
                        CUSPARSE_STATUS_EXECUTION_FAILED, CUSPARSE_STATUS_INTERNAL_ERROR, CUSPARSE_STATUS_MATRIX_TYPE_NOT_SUPPORTED, CUSPARSE_STATUS_ZERO_PIVOT, CUSPARSE_STATUS_NOT_SUPPORTED,
                        CUSPARSE_STATUS_INSUFFICIENT_RESOURCES };
enum cusparseOperation_t { CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_TRANSPOSE, CUSPARSE_OPERATION_CONJUGATE_TRANSPOSE };
enum cusparseIndexType_t { CUSPARSE_INDEX_16U = 1, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_64I };
enum cusparseIndexBase_t { CUSPARSE_INDEX_BASE_ZERO, CUSPARSE_INDEX_BASE_ONE };
enum cusparseOrder_t { CUSPARSE_ORDER_COL = 1, CUSPARSE_ORDER_ROW = 2 };
enum cusparsePointerMode_t { CUSPARSE_POINTER_MODE_HOST, CUSPARSE_POINTER_MODE_DEVICE };
enum cusparseMatrixType_t { CUSPARSE_MATRIX_TYPE_GENERAL, CUSPARSE_MATRIX_TYPE_SYMMETRIC, CUSPARSE_MATRIX_TYPE_HERMITIAN, CUSPARSE_MATRIX_TYPE_TRIANGULAR };
enum cusparseFillMode_t { CUSPARSE_FILL_MODE_LOWER, CUSPARSE_FILL_MODE_UPPER };
enum cusparseDiagType_t { CUSPARSE_DIAG_TYPE_NON_UNIT, CUSPARSE_DIAG_TYPE_UNIT };
enum cusparseDirection_t { CUSPARSE_DIRECTION_ROW, CUSPARSE_DIRECTION_COLUMN };
enum cusparseAction_t { CUSPARSE_ACTION_SYMBOLIC, CUSPARSE_ACTION_NUMERIC };
enum cusparseSpMatAttribute_t { CUSPARSE_SPMAT_FILL_MODE, CUSPARSE_SPMAT_DIAG_TYPE };
enum cusparseSpMVAlg_t { CUSPARSE_SPMV_ALG_DEFAULT, CUSPARSE_SPMV_COO_ALG1, CUSPARSE_SPMV_CSR_ALG1, CUSPARSE_SPMV_CSR_ALG2, CUSPARSE_SPMV_COO_ALG2, CUSPARSE_MV_ALG_DEFAULT = 0 };
enum cusparseSpMMAlg_t { CUSPARSE_SPMM_ALG_DEFAULT, CUSPARSE_SPMM_COO_ALG1, CUSPARSE_SPMM_COO_ALG2, CUSPARSE_SPMM_COO_ALG3, CUSPARSE_SPMM_CSR_ALG1, CUSPARSE_SPMM_COO_ALG4, CUSPARSE_SPMM_CSR_ALG2, CUSPARSE_SPMM_CSR_ALG3 = 12 };
enum cusparseSpSVAlg_t { CUSPARSE_SPSV_ALG_DEFAULT };
enum cusparseSpSMAlg_t { CUSPARSE_SPSM_ALG_DEFAULT };
enum cusparseSpGEMMAlg_t { CUSPARSE_SPGEMM_DEFAULT, CUSPARSE_SPGEMM_ALG1, CUSPARSE_SPGEMM_ALG2, CUSPARSE_SPGEMM_ALG3 };
enum cusparseSDDMMAlg_t { CUSPARSE_SDDMM_ALG_DEFAULT };
enum cusparseSparseToDenseAlg_t { CUSPARSE_SPARSETODENSE_ALG_DEFAULT };
enum cusparseDenseToSparseAlg_t { CUSPARSE_DENSETOSPARSE_ALG_DEFAULT };
enum cusparseCsr2CscAlg_t { CUSPARSE_CSR2CSC_ALG_DEFAULT, CUSPARSE_CSR2CSC_ALG1 = 1, CUSPARSE_CSR2CSC_ALG2 = 2 };

namespace km {
enum class Format { csr, csc, coo };
struct SparseMatrix {
    Format format;
    int64_t rows, cols, nnz;
    void *offsets, *indices, *values;  // COO: rows, columns
    cusparseIndexType_t offset_type, index_type;
    cusparseIndexBase_t base;
    cudaDataType type;
    cusparseFillMode_t fill = CUSPARSE_FILL_MODE_LOWER;
    cusparseDiagType_t diagonal = CUSPARSE_DIAG_TYPE_NON_UNIT;
    std::vector<std::map<int64_t, double>> product;  // of SpGEMM, until it is copied
    int64_t batches = 1;
};
struct DenseVector { int64_t n; void* values; cudaDataType type; };
struct SparseVector { int64_t n, nnz; void *indices, *values; cusparseIndexType_t index_type; cusparseIndexBase_t base; cudaDataType type; };
struct DenseMatrix {
    int64_t rows, cols, ld;
    void* values;
    cudaDataType type;
    cusparseOrder_t order;
    size_t at(int64_t i, int64_t j) const { return size_t(order == CUSPARSE_ORDER_ROW ? i * ld + j : i + j * ld); }
};
struct MatDescr { cusparseMatrixType_t type; cusparseIndexBase_t base; cusparseFillMode_t fill; cusparseDiagType_t diagonal; };

inline double value_at(const void* p, cudaDataType t, size_t i) {
    switch (t) {
        case CUDA_R_32F: return static_cast<const float*>(p)[i];
        case CUDA_R_64F: return static_cast<const double*>(p)[i];
        case CUDA_R_16F: return float(static_cast<const __half*>(p)[i]);
        case CUDA_R_16BF: return float(static_cast<const __nv_bfloat16*>(p)[i]);
        case CUDA_R_8I: return static_cast<const signed char*>(p)[i];
        default: return static_cast<const int*>(p)[i];
    }
}
inline void put_value(void* p, cudaDataType t, size_t i, double v) {
    switch (t) {
        case CUDA_R_32F: static_cast<float*>(p)[i] = float(v); break;
        case CUDA_R_64F: static_cast<double*>(p)[i] = v; break;
        case CUDA_R_16F: static_cast<__half*>(p)[i] = __half(v); break;
        case CUDA_R_16BF: static_cast<__nv_bfloat16*>(p)[i] = __nv_bfloat16(v); break;
        case CUDA_R_8I: static_cast<signed char*>(p)[i] = (signed char)v; break;
        default: static_cast<int*>(p)[i] = int(v);
    }
}
inline bool real_type(cudaDataType t) { return t == CUDA_R_32F || t == CUDA_R_64F || t == CUDA_R_16F || t == CUDA_R_16BF || t == CUDA_R_8I || t == CUDA_R_32I; }
inline double scalar(const void* p, cudaDataType compute) { return value_at(p, compute, 0); }
inline int64_t index_at(const void* p, cusparseIndexType_t t, int64_t i) { return t == CUSPARSE_INDEX_64I ? static_cast<const int64_t*>(p)[i] : t == CUSPARSE_INDEX_32I ? static_cast<const int*>(p)[i] : static_cast<const unsigned short*>(p)[i]; }
inline void put_index(void* p, cusparseIndexType_t t, int64_t i, int64_t v) {
    if (t == CUSPARSE_INDEX_64I) static_cast<int64_t*>(p)[i] = v;
    else if (t == CUSPARSE_INDEX_32I) static_cast<int*>(p)[i] = int(v);
    else static_cast<unsigned short*>(p)[i] = (unsigned short)v;
}
/// Calls f(row, column, place in values) for every entry, of the transpose where `t`.
template <class F> void entries(const SparseMatrix& a, bool t, F f) {
    const auto give = [&](int64_t i, int64_t j, int64_t k) { t ? f(j, i, k) : f(i, j, k); };
    if (a.format == Format::coo) {
        for (int64_t k = 0; k < a.nnz; k++) give(index_at(a.offsets, a.index_type, k) - a.base, index_at(a.indices, a.index_type, k) - a.base, k);
        return;
    }
    for (int64_t i = 0; i < (a.format == Format::csr ? a.rows : a.cols); i++)
        for (int64_t k = index_at(a.offsets, a.offset_type, i) - a.base; k < index_at(a.offsets, a.offset_type, i + 1) - a.base; k++) {
            const int64_t j = index_at(a.indices, a.index_type, k) - a.base;
            a.format == Format::csr ? give(i, j, k) : give(j, i, k);
        }
}
/// Solves op(A) x = alpha b for a triangular A; get(i) and put(i, v) are an element of b and of x.
template <class G, class P> cusparseStatus_t triangular(const SparseMatrix& a, bool t, double alpha, G get, P put) {
    const bool lower = (a.fill == CUSPARSE_FILL_MODE_LOWER) != t;
    std::vector<std::vector<std::pair<int64_t, double>>> rows(size_t(a.rows));
    entries(a, t, [&](int64_t i, int64_t j, int64_t k) { rows[size_t(i)].emplace_back(j, value_at(a.values, a.type, size_t(k))); });
    std::vector<double> x(size_t(a.rows));
    for (int64_t n = 0; n < a.rows; n++) {
        const int64_t i = lower ? n : a.rows - 1 - n;
        double s = alpha * get(i), d = 1;
        for (auto& [j, v] : rows[size_t(i)]) {
            if (lower ? j < i : j > i) s -= v * x[size_t(j)];
            else if (j == i && a.diagonal == CUSPARSE_DIAG_TYPE_NON_UNIT) d = v;
        }
        x[size_t(i)] = s / d;
    }
    for (int64_t i = 0; i < a.rows; i++) put(i, x[size_t(i)]);
    return CUSPARSE_STATUS_SUCCESS;
}
}  // namespace km

typedef struct cusparseContext* cusparseHandle_t;
typedef km::SparseMatrix* cusparseSpMatDescr_t;
typedef km::DenseVector* cusparseDnVecDescr_t;
typedef km::SparseVector* cusparseSpVecDescr_t;
typedef km::DenseMatrix* cusparseDnMatDescr_t;
typedef const km::SparseMatrix* cusparseConstSpMatDescr_t;
typedef const km::DenseVector* cusparseConstDnVecDescr_t;
typedef const km::DenseMatrix* cusparseConstDnMatDescr_t;
typedef const km::SparseVector* cusparseConstSpVecDescr_t;
typedef km::MatDescr* cusparseMatDescr_t;
typedef struct cusparseSpSVDescr* cusparseSpSVDescr_t;
typedef struct cusparseSpSMDescr* cusparseSpSMDescr_t;
typedef struct cusparseSpGEMMDescr* cusparseSpGEMMDescr_t;

#define KM_OK { return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseCreate(cusparseHandle_t* h) { *h = reinterpret_cast<cusparseHandle_t>(1); return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseDestroy(cusparseHandle_t) KM_OK
inline cusparseStatus_t cusparseSetStream(cusparseHandle_t, cudaStream_t) KM_OK
inline cusparseStatus_t cusparseSetPointerMode(cusparseHandle_t, cusparsePointerMode_t) KM_OK
inline const char* cusparseGetErrorString(cusparseStatus_t s) { return s ? s == CUSPARSE_STATUS_NOT_SUPPORTED ? "operation not supported" : "cuSPARSE error" : "success"; }
inline const char* cusparseGetErrorName(cusparseStatus_t s) { return s ? "CUSPARSE_STATUS_ERROR" : "CUSPARSE_STATUS_SUCCESS"; }
inline cusparseStatus_t cusparseCreateCsr(cusparseSpMatDescr_t* m, int64_t rows, int64_t cols, int64_t nnz, void* offsets, void* columns, void* values, cusparseIndexType_t o, cusparseIndexType_t i, cusparseIndexBase_t b, cudaDataType t) {
    if (!km::real_type(t)) return CUSPARSE_STATUS_NOT_SUPPORTED;
    *m = new km::SparseMatrix{km::Format::csr, rows, cols, nnz, offsets, columns, values, o, i, b, t};
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseCreateCsc(cusparseSpMatDescr_t* m, int64_t rows, int64_t cols, int64_t nnz, void* offsets, void* indices, void* values, cusparseIndexType_t o, cusparseIndexType_t i, cusparseIndexBase_t b, cudaDataType t) {
    cusparseStatus_t s = cusparseCreateCsr(m, rows, cols, nnz, offsets, indices, values, o, i, b, t);
    if (!s) (*m)->format = km::Format::csc;
    return s;
}
inline cusparseStatus_t cusparseCreateCoo(cusparseSpMatDescr_t* m, int64_t rows, int64_t cols, int64_t nnz, void* row, void* column, void* values, cusparseIndexType_t i, cusparseIndexBase_t b, cudaDataType t) {
    cusparseStatus_t s = cusparseCreateCsr(m, rows, cols, nnz, row, column, values, i, i, b, t);
    if (!s) (*m)->format = km::Format::coo;
    return s;
}
inline cusparseStatus_t cusparseDestroySpMat(cusparseConstSpMatDescr_t m) { delete m; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpMatGetSize(cusparseConstSpMatDescr_t m, int64_t* rows, int64_t* cols, int64_t* nnz) { *rows = m->rows, *cols = m->cols, *nnz = m->nnz; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseCsrSetPointers(cusparseSpMatDescr_t m, void* o, void* c, void* v) { m->offsets = o, m->indices = c, m->values = v; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpMatSetValues(cusparseSpMatDescr_t m, void* v) { m->values = v; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpMatSetAttribute(cusparseSpMatDescr_t m, cusparseSpMatAttribute_t a, const void* v, size_t) {
    if (a == CUSPARSE_SPMAT_FILL_MODE) m->fill = *static_cast<const cusparseFillMode_t*>(v);
    else m->diagonal = *static_cast<const cusparseDiagType_t*>(v);
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseCreateDnVec(cusparseDnVecDescr_t* v, int64_t n, void* p, cudaDataType t) { *v = new km::DenseVector{n, p, t}; return km::real_type(t) ? CUSPARSE_STATUS_SUCCESS : CUSPARSE_STATUS_NOT_SUPPORTED; }
inline cusparseStatus_t cusparseDestroyDnVec(cusparseConstDnVecDescr_t v) { delete v; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseDnVecSetValues(cusparseDnVecDescr_t v, void* p) { v->values = p; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseCreateSpVec(cusparseSpVecDescr_t* v, int64_t n, int64_t nnz, void* i, void* p, cusparseIndexType_t it, cusparseIndexBase_t b, cudaDataType t) { *v = new km::SparseVector{n, nnz, i, p, it, b, t}; return km::real_type(t) ? CUSPARSE_STATUS_SUCCESS : CUSPARSE_STATUS_NOT_SUPPORTED; }
inline cusparseStatus_t cusparseDestroySpVec(cusparseConstSpVecDescr_t v) { delete v; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseCreateDnMat(cusparseDnMatDescr_t* m, int64_t rows, int64_t cols, int64_t ld, void* p, cudaDataType t, cusparseOrder_t o) { *m = new km::DenseMatrix{rows, cols, ld, p, t, o}; return km::real_type(t) ? CUSPARSE_STATUS_SUCCESS : CUSPARSE_STATUS_NOT_SUPPORTED; }
inline cusparseStatus_t cusparseDestroyDnMat(cusparseConstDnMatDescr_t m) { delete m; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseDnMatSetValues(cusparseDnMatDescr_t m, void* p) { m->values = p; return CUSPARSE_STATUS_SUCCESS; }

inline cusparseStatus_t cusparseSpMV_bufferSize(cusparseHandle_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnVecDescr_t, const void*, cusparseDnVecDescr_t, cudaDataType, cusparseSpMVAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpMV_preprocess(cusparseHandle_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnVecDescr_t, const void*, cusparseDnVecDescr_t, cudaDataType, cusparseSpMVAlg_t, void*) KM_OK
inline cusparseStatus_t cusparseSpMV(cusparseHandle_t, cusparseOperation_t op, const void* alpha, cusparseConstSpMatDescr_t a, cusparseConstDnVecDescr_t x, const void* beta, cusparseDnVecDescr_t y, cudaDataType compute, cusparseSpMVAlg_t, void*) {
    if (__km_refuse_capture("cusparseSpMV")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    const double f = km::scalar(alpha, compute), g = km::scalar(beta, compute);
    std::vector<double> sum(size_t(y->n));
    km::entries(*a, op != CUSPARSE_OPERATION_NON_TRANSPOSE, [&](int64_t i, int64_t j, int64_t k) { sum[size_t(i)] += km::value_at(a->values, a->type, size_t(k)) * km::value_at(x->values, x->type, size_t(j)); });
    for (size_t i = 0; i < sum.size(); i++) km::put_value(y->values, y->type, i, f * sum[i] + (g == 0 ? 0 : g * km::value_at(y->values, y->type, i)));
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseSpMM_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, const void*, cusparseDnMatDescr_t, cudaDataType, cusparseSpMMAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpMM_preprocess(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, const void*, cusparseDnMatDescr_t, cudaDataType, cusparseSpMMAlg_t, void*) KM_OK
inline cusparseStatus_t cusparseSpMM(cusparseHandle_t, cusparseOperation_t ta, cusparseOperation_t tb, const void* alpha, cusparseConstSpMatDescr_t a, cusparseConstDnMatDescr_t b, const void* beta, cusparseDnMatDescr_t c, cudaDataType compute, cusparseSpMMAlg_t, void*) {
    if (__km_refuse_capture("cusparseSpMM")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    const double f = km::scalar(alpha, compute), g = km::scalar(beta, compute);
    std::vector<double> sum(size_t(c->rows * c->cols));
    km::entries(*a, ta != CUSPARSE_OPERATION_NON_TRANSPOSE, [&](int64_t i, int64_t j, int64_t k) {
        const double v = km::value_at(a->values, a->type, size_t(k));
        for (int64_t n = 0; n < c->cols; n++) sum[size_t(i * c->cols + n)] += v * km::value_at(b->values, b->type, tb ? b->at(n, j) : b->at(j, n));
    });
    for (int64_t i = 0; i < c->rows; i++)
        for (int64_t n = 0; n < c->cols; n++) km::put_value(c->values, c->type, c->at(i, n), f * sum[size_t(i * c->cols + n)] + (g == 0 ? 0 : g * km::value_at(c->values, c->type, c->at(i, n))));
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseSDDMM_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstDnMatDescr_t, cusparseConstDnMatDescr_t, const void*, cusparseSpMatDescr_t, cudaDataType, cusparseSDDMMAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSDDMM_preprocess(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstDnMatDescr_t, cusparseConstDnMatDescr_t, const void*, cusparseSpMatDescr_t, cudaDataType, cusparseSDDMMAlg_t, void*) KM_OK
inline cusparseStatus_t cusparseSDDMM(cusparseHandle_t, cusparseOperation_t ta, cusparseOperation_t tb, const void* alpha, cusparseConstDnMatDescr_t a, cusparseConstDnMatDescr_t b, const void* beta, cusparseSpMatDescr_t c, cudaDataType compute, cusparseSDDMMAlg_t, void*) {
    if (__km_refuse_capture("cusparseSDDMM")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    const double f = km::scalar(alpha, compute), g = km::scalar(beta, compute);
    km::entries(*c, false, [&](int64_t i, int64_t j, int64_t k) {
        double s = 0;
        for (int64_t n = 0; n < (ta ? a->rows : a->cols); n++) s += km::value_at(a->values, a->type, ta ? a->at(n, i) : a->at(i, n)) * km::value_at(b->values, b->type, tb ? b->at(j, n) : b->at(n, j));
        km::put_value(c->values, c->type, size_t(k), f * s + (g == 0 ? 0 : g * km::value_at(c->values, c->type, size_t(k))));
    });
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseSpVV_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseConstSpVecDescr_t, cusparseConstDnVecDescr_t, const void*, cudaDataType, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpVV(cusparseHandle_t, cusparseOperation_t, cusparseConstSpVecDescr_t x, cusparseConstDnVecDescr_t y, void* result, cudaDataType compute, void*) {
    if (__km_refuse_capture("cusparseSpVV")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    double s = 0;
    for (int64_t k = 0; k < x->nnz; k++) s += km::value_at(x->values, x->type, size_t(k)) * km::value_at(y->values, y->type, size_t(km::index_at(x->indices, x->index_type, k) - x->base));
    km::put_value(result, compute, 0, s);
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseAxpby(cusparseHandle_t, const void* alpha, cusparseConstSpVecDescr_t x, const void* beta, cusparseDnVecDescr_t y) {
    if (__km_refuse_capture("cusparseAxpby")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    const double f = km::scalar(alpha, x->type), g = km::scalar(beta, y->type);
    for (int64_t i = 0; i < y->n; i++) km::put_value(y->values, y->type, size_t(i), g * km::value_at(y->values, y->type, size_t(i)));
    for (int64_t k = 0; k < x->nnz; k++) {
        const auto i = size_t(km::index_at(x->indices, x->index_type, k) - x->base);
        km::put_value(y->values, y->type, i, km::value_at(y->values, y->type, i) + f * km::value_at(x->values, x->type, size_t(k)));
    }
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseGather(cusparseHandle_t, cusparseConstDnVecDescr_t y, cusparseSpVecDescr_t x) {
    if (__km_refuse_capture("cusparseGather")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    for (int64_t k = 0; k < x->nnz; k++) km::put_value(x->values, x->type, size_t(k), km::value_at(y->values, y->type, size_t(km::index_at(x->indices, x->index_type, k) - x->base)));
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseScatter(cusparseHandle_t, cusparseConstSpVecDescr_t x, cusparseDnVecDescr_t y) {
    if (__km_refuse_capture("cusparseScatter")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    for (int64_t k = 0; k < x->nnz; k++) km::put_value(y->values, y->type, size_t(km::index_at(x->indices, x->index_type, k) - x->base), km::value_at(x->values, x->type, size_t(k)));
    return CUSPARSE_STATUS_SUCCESS;
}

// Triangular systems.
inline cusparseStatus_t cusparseSpSV_createDescr(cusparseSpSVDescr_t* d) { *d = nullptr; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpSV_destroyDescr(cusparseSpSVDescr_t) KM_OK
inline cusparseStatus_t cusparseSpSV_bufferSize(cusparseHandle_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnVecDescr_t, cusparseDnVecDescr_t, cudaDataType, cusparseSpSVAlg_t, cusparseSpSVDescr_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpSV_analysis(cusparseHandle_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnVecDescr_t, cusparseDnVecDescr_t, cudaDataType, cusparseSpSVAlg_t, cusparseSpSVDescr_t, void*) KM_OK
inline cusparseStatus_t cusparseSpSV_solve(cusparseHandle_t, cusparseOperation_t op, const void* alpha, cusparseConstSpMatDescr_t a, cusparseConstDnVecDescr_t x, cusparseDnVecDescr_t y, cudaDataType compute, cusparseSpSVAlg_t, cusparseSpSVDescr_t) {
    if (__km_refuse_capture("cusparseSpSV_solve")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    return km::triangular(*a, op != CUSPARSE_OPERATION_NON_TRANSPOSE, km::scalar(alpha, compute), [&](int64_t i) { return km::value_at(x->values, x->type, size_t(i)); }, [&](int64_t i, double v) { km::put_value(y->values, y->type, size_t(i), v); });
}
inline cusparseStatus_t cusparseSpSM_createDescr(cusparseSpSMDescr_t* d) { *d = nullptr; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpSM_destroyDescr(cusparseSpSMDescr_t) KM_OK
inline cusparseStatus_t cusparseSpSM_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, cusparseDnMatDescr_t, cudaDataType, cusparseSpSMAlg_t, cusparseSpSMDescr_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpSM_analysis(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstDnMatDescr_t, cusparseDnMatDescr_t, cudaDataType, cusparseSpSMAlg_t, cusparseSpSMDescr_t, void*) KM_OK
inline cusparseStatus_t cusparseSpSM_solve(cusparseHandle_t, cusparseOperation_t ta, cusparseOperation_t tb, const void* alpha, cusparseConstSpMatDescr_t a, cusparseConstDnMatDescr_t b, cusparseDnMatDescr_t c, cudaDataType compute, cusparseSpSMAlg_t, cusparseSpSMDescr_t) {
    if (__km_refuse_capture("cusparseSpSM_solve")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    for (int64_t n = 0; n < c->cols; n++)
        km::triangular(*a, ta != CUSPARSE_OPERATION_NON_TRANSPOSE, km::scalar(alpha, compute), [&](int64_t i) { return km::value_at(b->values, b->type, tb ? b->at(n, i) : b->at(i, n)); }, [&](int64_t i, double v) { km::put_value(c->values, c->type, c->at(i, n), v); });
    return CUSPARSE_STATUS_SUCCESS;
}

// Conversions.
inline cusparseStatus_t cusparseSparseToDense_bufferSize(cusparseHandle_t, cusparseConstSpMatDescr_t, cusparseDnMatDescr_t, cusparseSparseToDenseAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSparseToDense(cusparseHandle_t, cusparseConstSpMatDescr_t a, cusparseDnMatDescr_t b, cusparseSparseToDenseAlg_t, void*) {
    if (__km_refuse_capture("cusparseSparseToDense")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    for (int64_t i = 0; i < b->rows; i++)
        for (int64_t j = 0; j < b->cols; j++) km::put_value(b->values, b->type, b->at(i, j), 0);
    km::entries(*a, false, [&](int64_t i, int64_t j, int64_t k) { km::put_value(b->values, b->type, b->at(i, j), km::value_at(a->values, a->type, size_t(k))); });
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseDenseToSparse_bufferSize(cusparseHandle_t, cusparseConstDnMatDescr_t, cusparseSpMatDescr_t, cusparseDenseToSparseAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
/// Counts, and writes the offsets where the format has them.
inline cusparseStatus_t cusparseDenseToSparse_analysis(cusparseHandle_t, cusparseConstDnMatDescr_t a, cusparseSpMatDescr_t b, cusparseDenseToSparseAlg_t, void*) {
    const bool columns = b->format == km::Format::csc;
    b->nnz = 0;
    for (int64_t i = 0; i < (columns ? a->cols : a->rows); i++) {
        if (b->format != km::Format::coo) km::put_index(b->offsets, b->offset_type, i, b->nnz + b->base);
        for (int64_t j = 0; j < (columns ? a->rows : a->cols); j++) b->nnz += km::value_at(a->values, a->type, columns ? a->at(j, i) : a->at(i, j)) != 0;
    }
    if (b->format != km::Format::coo) km::put_index(b->offsets, b->offset_type, columns ? a->cols : a->rows, b->nnz + b->base);
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseDenseToSparse_convert(cusparseHandle_t h, cusparseConstDnMatDescr_t a, cusparseSpMatDescr_t b, cusparseDenseToSparseAlg_t, void*) {
    if (__km_refuse_capture("cusparseDenseToSparse_convert")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    cusparseDenseToSparse_analysis(h, a, b, CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, nullptr);
    const bool columns = b->format == km::Format::csc;
    int64_t k = 0;
    for (int64_t i = 0; i < (columns ? a->cols : a->rows); i++)
        for (int64_t j = 0; j < (columns ? a->rows : a->cols); j++) {
            const double v = km::value_at(a->values, a->type, columns ? a->at(j, i) : a->at(i, j));
            if (v == 0) continue;
            if (b->format == km::Format::coo) km::put_index(b->offsets, b->index_type, k, i + b->base);
            km::put_index(b->indices, b->index_type, k, j + b->base);
            km::put_value(b->values, b->type, size_t(k++), v);
        }
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseCsr2cscEx2_bufferSize(cusparseHandle_t, int, int, int, const void*, const int*, const int*, void*, int*, int*, cudaDataType, cusparseAction_t, cusparseIndexBase_t, cusparseCsr2CscAlg_t, size_t* n) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseCsr2cscEx2(cusparseHandle_t, int m, int n, int nnz, const void* v, const int* rows, const int* cols, void* tv, int* tp, int* ti, cudaDataType t, cusparseAction_t action, cusparseIndexBase_t b, cusparseCsr2CscAlg_t, void*) {
    std::vector<int> at(size_t(n) + 1);
    for (int k = 0; k < nnz; k++) at[size_t(cols[k] - b) + 1]++;
    for (int j = 0; j < n; j++) at[size_t(j) + 1] += at[size_t(j)];
    for (int j = 0; j <= n; j++) tp[j] = at[size_t(j)] + b;
    for (int i = 0; i < m; i++)
        for (int k = rows[i] - b; k < rows[i + 1] - b; k++) {
            const int to = at[size_t(cols[k] - b)]++;
            ti[to] = i + b;
            if (action == CUSPARSE_ACTION_NUMERIC) km::put_value(tv, t, size_t(to), km::value_at(v, t, size_t(k)));
        }
    return CUSPARSE_STATUS_SUCCESS;
}

// A sparse product: computed at once, its size read from the descriptor, then copied.
inline cusparseStatus_t cusparseSpGEMM_createDescr(cusparseSpGEMMDescr_t* d) { *d = nullptr; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSpGEMM_destroyDescr(cusparseSpGEMMDescr_t) KM_OK
inline cusparseStatus_t cusparseSpGEMM_workEstimation(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstSpMatDescr_t, const void*, cusparseSpMatDescr_t, cudaDataType, cusparseSpGEMMAlg_t, cusparseSpGEMMDescr_t, size_t* n, void* buffer) {
    if (!buffer) *n = 16;
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseSpGEMM_compute(cusparseHandle_t, cusparseOperation_t ta, cusparseOperation_t tb, const void* alpha, cusparseConstSpMatDescr_t a, cusparseConstSpMatDescr_t b, const void*, cusparseSpMatDescr_t c, cudaDataType compute, cusparseSpGEMMAlg_t, cusparseSpGEMMDescr_t, size_t* n, void* buffer) {
    if (__km_refuse_capture("cusparseSpGEMM_compute")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    if (!buffer) { *n = 16; return CUSPARSE_STATUS_SUCCESS; }
    const double f = km::scalar(alpha, compute);
    std::vector<std::vector<std::pair<int64_t, double>>> rows(size_t(tb ? b->cols : b->rows));
    km::entries(*b, tb, [&](int64_t i, int64_t j, int64_t k) { rows[size_t(i)].emplace_back(j, km::value_at(b->values, b->type, size_t(k))); });
    c->product.assign(size_t(c->rows), {});
    km::entries(*a, ta, [&](int64_t i, int64_t j, int64_t k) {
        const double v = f * km::value_at(a->values, a->type, size_t(k));
        for (auto& [col, w] : rows[size_t(j)]) c->product[size_t(i)][col] += v * w;
    });
    c->nnz = 0;
    for (auto& row : c->product) c->nnz += int64_t(row.size());
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseSpGEMM_copy(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t, const void*, cusparseConstSpMatDescr_t, cusparseConstSpMatDescr_t, const void*, cusparseSpMatDescr_t c, cudaDataType, cusparseSpGEMMAlg_t, cusparseSpGEMMDescr_t) {
    if (__km_refuse_capture("cusparseSpGEMM_copy")) return CUSPARSE_STATUS_NOT_SUPPORTED;
    int64_t k = 0;
    for (int64_t i = 0; i < c->rows; i++) {
        km::put_index(c->offsets, c->offset_type, i, k + c->base);
        for (auto& [j, v] : c->product[size_t(i)]) km::put_index(c->indices, c->index_type, k, j + c->base), km::put_value(c->values, c->type, size_t(k++), v);
    }
    km::put_index(c->offsets, c->offset_type, c->rows, k + c->base);
    return CUSPARSE_STATUS_SUCCESS;
}

// What is left of the older interface.
inline cusparseStatus_t cusparseCreateMatDescr(cusparseMatDescr_t* d) { *d = new km::MatDescr{}; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseDestroyMatDescr(cusparseMatDescr_t d) { delete d; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSetMatType(cusparseMatDescr_t d, cusparseMatrixType_t t) { d->type = t; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSetMatIndexBase(cusparseMatDescr_t d, cusparseIndexBase_t b) { d->base = b; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSetMatFillMode(cusparseMatDescr_t d, cusparseFillMode_t f) { d->fill = f; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseSetMatDiagType(cusparseMatDescr_t d, cusparseDiagType_t t) { d->diagonal = t; return CUSPARSE_STATUS_SUCCESS; }
inline cusparseStatus_t cusparseXcoo2csr(cusparseHandle_t, const int* rows, int nnz, int m, int* offsets, cusparseIndexBase_t b) {
    for (int i = 0, k = 0; i <= m; i++) {
        while (k < nnz && rows[k] - b < i) k++;
        offsets[i] = k + b;
    }
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseXcsr2coo(cusparseHandle_t, const int* offsets, int, int m, int* rows, cusparseIndexBase_t b) {
    for (int i = 0; i < m; i++)
        for (int k = offsets[i] - b; k < offsets[i + 1] - b; k++) rows[k] = i + b;
    return CUSPARSE_STATUS_SUCCESS;
}
inline cusparseStatus_t cusparseCreateIdentityPermutation(cusparseHandle_t, int n, int* p) { for (int i = 0; i < n; i++) p[i] = i; return CUSPARSE_STATUS_SUCCESS; }
#define KM_NNZ(p, T) \
    inline cusparseStatus_t cusparse##p##nnz(cusparseHandle_t, cusparseDirection_t d, int m, int n, const cusparseMatDescr_t, const T* a, int lda, int* each, int* total) { \
        *total = 0; \
        for (int i = 0; i < (d == CUSPARSE_DIRECTION_ROW ? m : n); i++) { \
            each[i] = 0; \
            for (int j = 0; j < (d == CUSPARSE_DIRECTION_ROW ? n : m); j++) each[i] += (d == CUSPARSE_DIRECTION_ROW ? a[i + size_t(j) * lda] : a[j + size_t(i) * lda]) != T(0); \
            *total += each[i]; \
        } \
        return CUSPARSE_STATUS_SUCCESS; \
    }
KM_NNZ(S, float) KM_NNZ(D, double)
#undef KM_NNZ
#undef KM_OK
