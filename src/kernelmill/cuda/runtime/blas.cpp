// The matrix product behind cuBLAS: operands are packed into rows of the computation's type, then a loop that vectorizes over columns of C.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "engine.h"
#include "launch.h"

namespace {

enum Type { F32 = 0, F64 = 1, F16 = 2, I8 = 3, I32 = 10, BF16 = 14 };

template <class C> C read(const void* p, int type, size_t i) {
    switch (type) {
        case F32: return C(static_cast<const float*>(p)[i]);
        case F64: return C(static_cast<const double*>(p)[i]);
        case F16: return C(float(static_cast<const _Float16*>(p)[i]));
        case I8: return C(static_cast<const int8_t*>(p)[i]);
        case I32: return C(static_cast<const int32_t*>(p)[i]);
        default: {
            uint32_t u = uint32_t(static_cast<const uint16_t*>(p)[i]) << 16;
            float f;
            memcpy(&f, &u, 4);
            return C(f);
        }
    }
}
template <class C> void write(void* p, int type, size_t i, C v) {
    switch (type) {
        case F32: static_cast<float*>(p)[i] = float(v); break;
        case F64: static_cast<double*>(p)[i] = double(v); break;
        case F16: static_cast<_Float16*>(p)[i] = _Float16(float(v)); break;
        case I8: static_cast<int8_t*>(p)[i] = int8_t(std::min<double>(127, std::max<double>(-128, double(v)))); break;
        case I32: static_cast<int32_t*>(p)[i] = int32_t(v); break;
        default: {
            float f = float(v);
            uint32_t u;
            memcpy(&u, &f, 4);
            static_cast<uint16_t*>(p)[i] = uint16_t(f == f ? (u + 0x7fff + (u >> 16 & 1)) >> 16 : 0x7fff);
        }
    }
}

template <class C, class S>
void gemm(int ta, int tb, size_t m, size_t n, size_t k, S alpha, const void* a, int at, size_t lda, const void* b, int bt, size_t ldb, S beta, void* c, int ct, size_t ldc) {
    std::vector<C> packed(m * k);  // op(A) by columns
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < m; i++) packed[p * m + i] = read<C>(a, at, ta ? p + i * lda : i + p * lda);
    auto columns = [&](size_t first, size_t last) {
        std::vector<C> sum(4 * m);
        for (size_t j = first; j < last; j += 4) {
            const size_t width = std::min<size_t>(4, last - j);
            std::fill(sum.begin(), sum.end(), C(0));
            for (size_t p = 0; p < k; p++) {
                const C* col = &packed[p * m];
                for (size_t q = 0; q < width; q++) {
                    const C v = read<C>(b, bt, tb ? (j + q) + p * ldb : p + (j + q) * ldb);
                    C* s = &sum[q * m];
                    for (size_t i = 0; i < m; i++) s[i] += col[i] * v;
                }
            }
            for (size_t q = 0; q < width; q++)
                for (size_t i = 0; i < m; i++) {
                    const size_t at_c = i + (j + q) * ldc;
                    S r = alpha * S(sum[q * m + i]);
                    if (beta != S(0)) r += beta * read<S>(c, ct, at_c);
                    write<S>(c, ct, at_c, r);
                }
        }
    };
    size_t workers = m * n * k < 1u << 20 ? 1 : std::min<size_t>(size_t(km::settings().threads), (n + 3) / 4), share = ((n + workers - 1) / workers + 3) / 4 * 4;
    std::vector<std::thread> all;
    for (size_t w = 1; w < workers; w++) all.emplace_back([&, w] { if (w * share < n) columns(w * share, std::min(n, (w + 1) * share)); });
    columns(0, std::min(n, share));
    for (auto& t : all) t.join();
}

}  // namespace

extern "C" int __km_gemm(int ta, int tb, int m, int n, int k, const void* alpha, const void* a, int at, int lda, const void* b, int bt, int ldb, const void* beta, void* c, int ct, int ldc,
                         int compute) {
    const bool known = at <= I8 || at == BF16 || at == I32;
    if (!known) return 15;
    if (m < 0 || n < 0 || k < 0 || lda < std::max(1, ta ? k : m) || ldb < std::max(1, tb ? n : k) || ldc < std::max(1, m)) return 7;
    if (cudaGraph_t graph = km::recording_anywhere()) {  // the scalars are read now, the matrices at each launch of the graph
        double x = 0, y = 0;
        memcpy(&x, alpha, compute == 70 ? 8 : compute == 64 || compute == 65 ? 2 : 4);
        memcpy(&y, beta, compute == 70 ? 8 : compute == 64 || compute == 65 ? 2 : 4);
        km::record(graph, 0, [=] { return __km_gemm(ta, tb, m, n, k, &x, a, at, lda, b, bt, ldb, &y, c, ct, ldc, compute) ? cudaErrorUnknown : cudaSuccess; });
        return 0;
    }
    if (compute == 70) gemm<double, double>(ta, tb, size_t(m), size_t(n), size_t(k), *static_cast<const double*>(alpha), a, at, size_t(lda), b, bt, size_t(ldb), *static_cast<const double*>(beta), c, ct, size_t(ldc));
    else if (compute == 72) gemm<int32_t, int32_t>(ta, tb, size_t(m), size_t(n), size_t(k), *static_cast<const int32_t*>(alpha), a, at, size_t(lda), b, bt, size_t(ldb), *static_cast<const int32_t*>(beta), c, ct, size_t(ldc));
    else {
        float x = compute == 64 || compute == 65 ? read<float>(alpha, F16, 0) : *static_cast<const float*>(alpha), y = compute == 64 || compute == 65 ? read<float>(beta, F16, 0) : *static_cast<const float*>(beta);
        gemm<float, float>(ta, tb, size_t(m), size_t(n), size_t(k), x, a, at, size_t(lda), b, bt, size_t(ldb), y, c, ct, size_t(ldc));
    }
    return 0;
}
