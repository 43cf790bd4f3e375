// Features: cuSPARSE: products of CSR and COO with vectors and matrices, sparse products, triangular solves, conversions
#include <cusparse.h>
#include "check.h"

int main() {
    const int m = 4, n = 5;
    std::vector<float> dense = {0, 2, 0, 0, 1, 3, 0, 0, 4, 0, 0, 0, 0, 0, 0, 5, 6, 0, 7, 0};  // by rows
    Device<float> d(dense), values(7), x(std::vector<float>{1, 2, 3, 4, 5}), y(std::vector<float>{1, 1, 1, 1});
    Device<int> offsets(m + 1), columns(7), rows(7);
    cusparseHandle_t h;
    cusparseCreate(&h);
    cusparseDnMatDescr_t md;
    cusparseSpMatDescr_t a;
    cusparseCreateDnMat(&md, m, n, n, (float*)d, CUDA_R_32F, CUSPARSE_ORDER_ROW);
    cusparseCreateCsr(&a, m, n, 0, (int*)offsets, nullptr, nullptr, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F);
    EXPECT(cusparseDenseToSparse_analysis(h, md, a, CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, nullptr) == CUSPARSE_STATUS_SUCCESS);
    int64_t r, c, nnz;
    cusparseSpMatGetSize(a, &r, &c, &nnz);
    EXPECT(r == m && c == n && nnz == 7);
    cusparseCsrSetPointers(a, (int*)offsets, (int*)columns, (float*)values);
    cusparseDenseToSparse_convert(h, md, a, CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, nullptr);
    EXPECT((offsets.host() == std::vector<int>{0, 2, 4, 4, 7} && columns.host() == std::vector<int>{1, 4, 0, 3, 0, 1, 3}));
    cusparseDnVecDescr_t vx, vy;
    cusparseCreateDnVec(&vx, n, (float*)x, CUDA_R_32F);
    cusparseCreateDnVec(&vy, m, (float*)y, CUDA_R_32F);
    float alpha = 2, beta = 1, zero = 0, one = 1;
    cusparseSpMV(h, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, a, vx, &beta, vy, CUDA_R_32F, CUSPARSE_SPMV_ALG_DEFAULT, nullptr);
    EXPECT((y.host() == std::vector<float>{19, 39, 1, 91}));
    Device<float> z(n);
    cusparseDnVecDescr_t vz;
    cusparseCreateDnVec(&vz, n, (float*)z, CUDA_R_32F);
    cusparseSpMV(h, CUSPARSE_OPERATION_TRANSPOSE, &one, a, vy, &zero, vz, CUDA_R_32F, CUSPARSE_SPMV_ALG_DEFAULT, nullptr);
    EXPECT(z.host()[1] == 2 * 19 + 6 * 91 && z.host()[4] == 19);
    cusparseXcsr2coo(h, offsets, 7, m, rows, CUSPARSE_INDEX_BASE_ZERO);
    cusparseSpMatDescr_t coo;
    cusparseCreateCoo(&coo, m, n, 7, (int*)rows, (int*)columns, (float*)values, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F);
    Device<float> b(n * 2), p(m * 2);
    for (int i = 0; i < n * 2; i++) b.set(i, float(i));
    cusparseDnMatDescr_t mb, mp;
    cusparseCreateDnMat(&mb, n, 2, n, (float*)b, CUDA_R_32F, CUSPARSE_ORDER_COL);
    cusparseCreateDnMat(&mp, m, 2, m, (float*)p, CUDA_R_32F, CUSPARSE_ORDER_COL);
    cusparseSpMM(h, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_NON_TRANSPOSE, &one, coo, mb, &zero, mp, CUDA_R_32F, CUSPARSE_SPMM_ALG_DEFAULT, nullptr);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < 2; j++) {
            float s = 0;
            for (int k = 0; k < n; k++) s += dense[i * n + k] * float(k + j * n);
            EXPECT(p.host()[i + j * m] == s);
        }
    // A A^T through the sparse product, then back to dense.
    cusparseSpMatDescr_t g;
    Device<int> go(m + 1), gc(16);
    Device<float> gv(16), gd(16);
    cusparseCreateCsr(&g, m, m, 0, nullptr, nullptr, nullptr, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F);
    size_t bytes = 0;
    char buffer[16];
    EXPECT(cusparseSpGEMM_compute(h, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_TRANSPOSE, &one, a, a, &zero, g, CUDA_R_32F, CUSPARSE_SPGEMM_DEFAULT, nullptr, &bytes, buffer) == CUSPARSE_STATUS_SUCCESS);
    cusparseCsrSetPointers(g, (int*)go, (int*)gc, (float*)gv);
    cusparseSpGEMM_copy(h, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_TRANSPOSE, &one, a, a, &zero, g, CUDA_R_32F, CUSPARSE_SPGEMM_DEFAULT, nullptr);
    cusparseDnMatDescr_t mg;
    cusparseCreateDnMat(&mg, m, m, m, (float*)gd, CUDA_R_32F, CUSPARSE_ORDER_ROW);
    cusparseSparseToDense(h, g, mg, CUSPARSE_SPARSETODENSE_ALG_DEFAULT, nullptr);
    EXPECT(gd.host()[0] == 5 && gd.host()[3] == 12 && gd.host()[7] == 15 + 28 && gd.host()[15] == 25 + 36 + 49 && gd.host()[10] == 0);
    // A lower triangle.
    std::vector<int> lo = {0, 1, 3, 5}, lc = {0, 0, 1, 1, 2};
    std::vector<double> lv = {2, 1, 4, 3, 5};
    Device<int> o(lo), q(lc);
    Device<double> v(lv), rhs(std::vector<double>{2, 9, 21}), sol(3);
    cusparseSpMatDescr_t l;
    cusparseCreateCsr(&l, 3, 3, 5, (int*)o, (int*)q, (double*)v, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F);
    cusparseFillMode_t fill = CUSPARSE_FILL_MODE_LOWER;
    cusparseSpMatSetAttribute(l, CUSPARSE_SPMAT_FILL_MODE, &fill, sizeof fill);
    cusparseDnVecDescr_t vr, vs;
    cusparseCreateDnVec(&vr, 3, (double*)rhs, CUDA_R_64F);
    cusparseCreateDnVec(&vs, 3, (double*)sol, CUDA_R_64F);
    double unit = 1;
    cusparseSpSV_solve(h, CUSPARSE_OPERATION_NON_TRANSPOSE, &unit, l, vr, vs, CUDA_R_64F, CUSPARSE_SPSV_ALG_DEFAULT, nullptr);
    EXPECT((sol.host() == std::vector<double>{1, 2, 3}));
    return done();
}
