// The parts of thrust that programs around kernels use, over the standard algorithms.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>
#include "../cuda_runtime.h"

namespace thrust {
template <class T> struct DeviceAllocator {
    using value_type = T;
    DeviceAllocator() = default;
    template <class U> DeviceAllocator(const DeviceAllocator<U>&) {}
    T* allocate(size_t n) { T* p = nullptr; if (cudaMalloc(&p, n * sizeof(T)) != cudaSuccess) throw std::bad_alloc(); return p; }
    void deallocate(T* p, size_t) { cudaFree(p); }
    template <class U> bool operator==(const DeviceAllocator<U>&) const { return true; }
    template <class U> bool operator!=(const DeviceAllocator<U>&) const { return false; }
};
template <class T> using device_ptr = T*;
template <class T> T* device_pointer_cast(T* p) { return p; }
template <class T> T* raw_pointer_cast(T* p) { return p; }
template <class T> T& raw_reference_cast(T& r) { return r; }
template <class T, class A = std::allocator<T>> class host_vector : public std::vector<T, A> {
public:
    using Base = std::vector<T, A>;
    using Base::Base;
    host_vector() = default;
    template <class U, class B> host_vector(const std::vector<U, B>& v) : Base(v.begin(), v.end()) {}
    template <class U, class B> host_vector& operator=(const std::vector<U, B>& v) { this->assign(v.begin(), v.end()); return *this; }
};
template <class T, class A = DeviceAllocator<T>> class device_vector : public host_vector<T, A> {
public:
    using host_vector<T, A>::host_vector;
    using host_vector<T, A>::operator=;
    device_vector() = default;
};
struct Policy { Policy on(cudaStream_t) const { return {}; } template <class X> Policy operator()(const X&) const { return {}; } };
static const Policy device, host, seq;
namespace cuda { static const Policy par, par_nosync; }
namespace system { namespace cuda { static const Policy par; } }
using std::make_pair;
using std::pair;
using std::swap;
template <class T = void> using plus = std::plus<T>;
template <class T = void> using minus = std::minus<T>;
template <class T = void> using multiplies = std::multiplies<T>;
template <class T = void> using less = std::less<T>;
template <class T = void> using greater = std::greater<T>;
template <class T = void> using equal_to = std::equal_to<T>;
template <class T = void> using negate = std::negate<T>;
template <class T = void> struct maximum { template <class U> U operator()(const U& a, const U& b) const { return a < b ? b : a; } };
template <class T = void> struct minimum { template <class U> U operator()(const U& a, const U& b) const { return b < a ? b : a; } };
template <class T = void> struct identity { template <class U> const U& operator()(const U& a) const { return a; } };

/// An algorithm with and without an execution policy.
#define KM_BOTH(name, expr) \
    template <class... X> auto name(X&&... x) { \
        return ::thrust::without_policy([](auto&&... a) { return expr(std::forward<decltype(a)>(a)...); }, std::forward<X>(x)...); \
    }
template <class F, class P, class... X> auto without_policy(F f, P&& p, X&&... x) {
    if constexpr (std::is_same_v<std::decay_t<P>, Policy>) return f(std::forward<X>(x)...);
    else return f(std::forward<P>(p), std::forward<X>(x)...);
}
namespace impl {
template <class I> auto reduce(I a, I b) { return std::accumulate(a, b, typename std::iterator_traits<I>::value_type()); }
template <class I, class T> auto reduce(I a, I b, T v) { return std::accumulate(a, b, v); }
template <class I, class T, class F> auto reduce(I a, I b, T v, F f) { return std::accumulate(a, b, v, f); }
template <class I, class U, class T, class F> T transform_reduce(I a, I b, U u, T v, F f) { for (; a != b; ++a) v = f(v, u(*a)); return v; }
template <class I> void sequence(I a, I b) { std::iota(a, b, typename std::iterator_traits<I>::value_type()); }
template <class I, class T> void sequence(I a, I b, T v) { std::iota(a, b, typename std::iterator_traits<I>::value_type(v)); }
template <class I, class O> O exclusive_scan(I a, I b, O o) { return std::exclusive_scan(a, b, o, typename std::iterator_traits<I>::value_type()); }
template <class I, class O, class... T> O exclusive_scan(I a, I b, O o, T... t) { return std::exclusive_scan(a, b, o, t...); }
template <class K, class V, class... F> void sort_by_key(K a, K b, V v, F... f) {
    auto n = size_t(b - a);
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t(0));
    std::vector<typename std::iterator_traits<K>::value_type> keys(a, b);
    std::vector<typename std::iterator_traits<V>::value_type> values(v, v + long(n));
    std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { if constexpr (sizeof...(F)) return (f, ...)(keys[x], keys[y]); else return keys[x] < keys[y]; });
    for (size_t i = 0; i < n; i++) a[long(i)] = keys[order[i]], v[long(i)] = values[order[i]];
}
}  // namespace impl
KM_BOTH(sort, std::sort) KM_BOTH(stable_sort, std::stable_sort) KM_BOTH(copy, std::copy) KM_BOTH(fill, std::fill) KM_BOTH(transform, std::transform)
KM_BOTH(inclusive_scan, std::inclusive_scan) KM_BOTH(exclusive_scan, impl::exclusive_scan) KM_BOTH(reduce, impl::reduce) KM_BOTH(transform_reduce, impl::transform_reduce)
KM_BOTH(sequence, impl::sequence) KM_BOTH(sort_by_key, impl::sort_by_key) KM_BOTH(stable_sort_by_key, impl::sort_by_key) KM_BOTH(max_element, std::max_element)
KM_BOTH(min_element, std::min_element) KM_BOTH(unique, std::unique) KM_BOTH(copy_if, std::copy_if) KM_BOTH(remove_if, std::remove_if) KM_BOTH(count_if, std::count_if)
KM_BOTH(count, std::count) KM_BOTH(for_each, std::for_each) KM_BOTH(generate, std::generate) KM_BOTH(find, std::find) KM_BOTH(equal, std::equal) KM_BOTH(lower_bound, std::lower_bound)
KM_BOTH(inner_product, std::inner_product) KM_BOTH(adjacent_difference, std::adjacent_difference) KM_BOTH(replace, std::replace) KM_BOTH(reverse, std::reverse) KM_BOTH(is_sorted, std::is_sorted)
#undef KM_BOTH
template <class T> struct counting_iterator {
    using value_type = T; using difference_type = long; using pointer = const T*; using reference = T; using iterator_category = std::random_access_iterator_tag;
    T v;
    explicit counting_iterator(T x = T()) : v(x) {}
    T operator*() const { return v; }
    T operator[](long i) const { return T(v + i); }
    counting_iterator& operator++() { ++v; return *this; }
    counting_iterator operator++(int) { auto o = *this; ++v; return o; }
    counting_iterator operator+(long n) const { return counting_iterator(T(v + n)); }
    long operator-(const counting_iterator& o) const { return long(v - o.v); }
    bool operator==(const counting_iterator& o) const { return v == o.v; }
    bool operator!=(const counting_iterator& o) const { return v != o.v; }
    bool operator<(const counting_iterator& o) const { return v < o.v; }
};
template <class T> counting_iterator<T> make_counting_iterator(T v) { return counting_iterator<T>(v); }
}  // namespace thrust
