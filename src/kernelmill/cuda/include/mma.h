// wmma: each lane holds an equal share of a tile, in row-major order.
#pragma once
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "km/exchange.h"

namespace nvcuda {
namespace wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };
namespace precision {
struct tf32;
struct u4;
struct s4;
struct b1;
}  // namespace precision

namespace details {
template <class T> struct Storage { using type = T; };
template <> struct Storage<precision::tf32> { using type = float; };
template <class Use, int M, int N, int K> struct Extent { static constexpr int rows = M, cols = N; };
template <int M, int N, int K> struct Extent<matrix_a, M, N, K> { static constexpr int rows = M, cols = K; };
template <int M, int N, int K> struct Extent<matrix_b, M, N, K> { static constexpr int rows = K, cols = N; };
template <class T> struct Sum { using type = float; };
template <> struct Sum<double> { using type = double; };
template <> struct Sum<signed char> { using type = int; };
template <> struct Sum<unsigned char> { using type = int; };
}  // namespace details

template <class Use, int M, int N, int K, class T, class Layout = void> struct fragment {
    using element_type = typename details::Storage<T>::type;
    using storage_element_type = element_type;
    static constexpr int rows = details::Extent<Use, M, N, K>::rows, cols = details::Extent<Use, M, N, K>::cols;
    static constexpr int num_elements = rows * cols / 32, num_storage_elements = num_elements;
    element_type x[num_elements];
};

template <class F, class V> void fill_fragment(F& f, const V& v) {
    for (auto& e : f.x) e = typename F::element_type(v);
}

template <class F, class T> void move(F& f, T* p, unsigned ld, bool row, bool load) {
    const int first = int(km::lane()) * F::num_elements;
    for (int i = 0; i < F::num_elements; i++) {
        const unsigned r = unsigned(first + i) / F::cols, c = unsigned(first + i) % F::cols;
        T& at = p[row ? size_t(r) * ld + c : size_t(c) * ld + r];
        if (load) f.x[i] = at;
        else at = f.x[i];
    }
}

template <class Use, int M, int N, int K, class T, class L, class P>
void load_matrix_sync(fragment<Use, M, N, K, T, L>& f, const P* p, unsigned ld) {
    move(f, const_cast<P*>(p), ld, std::is_same_v<L, row_major>, true);
    __syncwarp();
}
template <int M, int N, int K, class T, class P>
void load_matrix_sync(fragment<accumulator, M, N, K, T>& f, const P* p, unsigned ld, layout_t layout) {
    move(f, const_cast<P*>(p), ld, layout == mem_row_major, true);
    __syncwarp();
}
template <int M, int N, int K, class T, class P>
void store_matrix_sync(P* p, const fragment<accumulator, M, N, K, T>& f, unsigned ld, layout_t layout) {
    move(const_cast<fragment<accumulator, M, N, K, T>&>(f), p, ld, layout == mem_row_major, false);
    __syncwarp();
}

template <int M, int N, int K, class D, class A, class LA, class B, class LB, class C>
void mma_sync(fragment<accumulator, M, N, K, D>& d, const fragment<matrix_a, M, N, K, A, LA>& a, const fragment<matrix_b, M, N, K, B, LB>& b,
              const fragment<accumulator, M, N, K, C>& c, bool = false) {
    using FA = fragment<matrix_a, M, N, K, A, LA>;
    using FB = fragment<matrix_b, M, N, K, B, LB>;
    using S = typename details::Sum<A>::type;
    struct Both { typename FA::element_type a[FA::num_elements]; typename FB::element_type b[FB::num_elements]; } mine;
    for (int i = 0; i < FA::num_elements; i++) mine.a[i] = a.x[i];
    for (int i = 0; i < FB::num_elements; i++) mine.b[i] = b.x[i];
    const Both* all = km::show(mine);
    constexpr int each = fragment<accumulator, M, N, K, D>::num_elements;
    const int first = int(km::lane()) * each;
    for (int i = 0; i < each; i++) {
        const int r = (first + i) / N, n = (first + i) % N;
        S sum = 0;
        for (int k = 0; k < K; k++) {
            const int ia = r * K + k, ib = k * N + n;
            sum += S(all[ia / FA::num_elements].a[ia % FA::num_elements]) * S(all[ib / FB::num_elements].b[ib % FB::num_elements]);
        }
        d.x[i] = D(S(c.x[i]) + sum);
    }
}

inline float __float_to_tf32(float f) { return km::bit_cast<float>((km::bit_cast<unsigned>(f) + 0x1000u) & 0xffffe000u); }
}  // namespace wmma
}  // namespace nvcuda

inline float __float_to_tf32(float f) { return nvcuda::wmma::__float_to_tf32(f); }
