// The parts of thrust that programs around kernels use, over the standard algorithms.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>
#include "../cuda_runtime.h"
#include "km_functors.h"
#include "km_iterators.h"

#define THRUST_VERSION 200800
#define THRUST_MAJOR_VERSION 2
#define THRUST_MINOR_VERSION 8

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
struct Policy {
    bool streams;  // its algorithms are sent to a stream
    Policy on(cudaStream_t) const { return *this; }
    template <class X> Policy operator()(const X&) const { return *this; }
};
static const Policy device{true}, host{false}, seq{false};
namespace cuda { static const Policy par{true}, par_nosync{true}; }
struct system_error : std::runtime_error { using std::runtime_error::runtime_error; };
namespace system {
using thrust::system_error;
namespace cuda { static const Policy par{true}; }
}  // namespace system
using std::make_pair;
using std::pair;
using std::swap;

/// An algorithm with and without an execution policy.
#define KM_BOTH(name, expr) \
    template <class... X> auto name(X&&... x) { \
        return ::thrust::without_policy([](auto&&... a) { return expr(std::forward<decltype(a)>(a)...); }, std::forward<X>(x)...); \
    }
template <class F, class P, class... X> auto without_policy(F f, P&& p, X&&... x) {
    if constexpr (std::is_same_v<std::decay_t<P>, Policy>) {
        if (p.streams && __km_refuse_capture("an algorithm of thrust")) throw system_error(cudaGetErrorString(cudaErrorStreamCaptureUnsupported));
        return f(std::forward<X>(x)...);
    } else return f(std::forward<P>(p), std::forward<X>(x)...);
}
namespace impl {
template <class I> auto reduce(I a, I b) { return std::accumulate(a, b, typename std::iterator_traits<I>::value_type()); }
template <class I, class T> auto reduce(I a, I b, T v) { return std::accumulate(a, b, v); }
template <class I, class T, class F> auto reduce(I a, I b, T v, F f) { return std::accumulate(a, b, v, f); }
template <class I, class U, class T, class F> T transform_reduce(I a, I b, U u, T v, F f) { for (; a != b; ++a) v = f(v, u(*a)); return v; }
template <class I> void sequence(I a, I b) { std::iota(a, b, typename std::iterator_traits<I>::value_type()); }
template <class I, class T, class S> void sequence(I a, I b, T v, S step) { for (; a != b; ++a, v = T(v + step)) *a = v; }
template <class I, class T> void sequence(I a, I b, T v) { std::iota(a, b, typename std::iterator_traits<I>::value_type(v)); }
template <class I, class O> O exclusive_scan(I a, I b, O o) { return std::exclusive_scan(a, b, o, typename std::iterator_traits<I>::value_type()); }
template <class I, class O, class... T> O exclusive_scan(I a, I b, O o, T... t) { return std::exclusive_scan(a, b, o, t...); }
/// Elements that an iterator makes up, such as tuples of a zip, cannot be swapped in place: they are sorted as values.
template <class I, class... F> void sort(I a, I b, F... f) {
    using Traits = std::iterator_traits<I>;
    if constexpr (std::is_reference_v<typename Traits::reference>) {
        std::stable_sort(a, b, f...);
    } else {
        std::vector<typename Traits::value_type> values(a, b);
        std::stable_sort(values.begin(), values.end(), f...);
        std::copy(values.begin(), values.end(), a);
    }
}
template <class K, class V, class... F> void sort_by_key(K a, K b, V v, F... f) {
    auto n = size_t(b - a);
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t(0));
    std::vector<typename std::iterator_traits<K>::value_type> keys(a, b);
    std::vector<typename std::iterator_traits<V>::value_type> values(v, v + long(n));
    std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { if constexpr (sizeof...(F)) return (f, ...)(keys[x], keys[y]); else return keys[x] < keys[y]; });
    for (size_t i = 0; i < n; i++) a[long(i)] = keys[order[i]], v[long(i)] = values[order[i]];
}
template <class I, class M, class O> void scatter(I a, I b, M map, O out) { for (; a != b; ++a, ++map) out[long(*map)] = *a; }
template <class M, class I, class O> O gather(M a, M b, I in, O out) { for (; a != b; ++a, ++out) *out = in[long(*a)]; return out; }
template <class K, class V, class OK, class OV, class E, class F> std::pair<OK, OV> reduce_by_key(K a, K b, V v, OK keys, OV values, E same, F f) {
    while (a != b) {
        typename std::iterator_traits<K>::value_type key = *a;
        typename std::iterator_traits<V>::value_type sum = *v;
        for (++a, ++v; a != b && same(key, *a); ++a, ++v) sum = f(sum, *v);
        *keys = key, *values = sum;
        ++keys, ++values;
    }
    return {keys, values};
}
template <class K, class V, class OK, class OV, class E> std::pair<OK, OV> reduce_by_key(K a, K b, V v, OK keys, OV values, E same) { return impl::reduce_by_key(a, b, v, keys, values, same, std::plus<>()); }
template <class K, class V, class OK, class OV> std::pair<OK, OV> reduce_by_key(K a, K b, V v, OK keys, OV values) { return impl::reduce_by_key(a, b, v, keys, values, std::equal_to<>(), std::plus<>()); }
template <class K, class V, class O> O inclusive_scan_by_key(K a, K b, V v, O out) {
    typename std::iterator_traits<V>::value_type sum{};
    for (K first = a; a != b; ++a, ++v, ++out) *out = sum = a != first && *(a - 1) == *a ? sum + *v : *v;
    return out;
}
template <class K, class V, class O> O exclusive_scan_by_key(K a, K b, V v, O out) {
    typename std::iterator_traits<V>::value_type sum{};
    for (K first = a; a != b; ++a, ++v, ++out) {
        if (a == first || !(*(a - 1) == *a)) sum = {};
        auto now = *v;
        *out = sum;
        sum = sum + now;
    }
    return out;
}
template <class K, class V, class... F> std::pair<K, V> unique_by_key(K a, K b, V v) {
    K keys = a;
    V values = v;
    for (K first = a; a != b; ++a, ++v)
        if (a == first || !(*(keys - 1) == *a)) { *keys = *a, *values = *v; ++keys, ++values; }
    return {keys, values};
}
template <class I, class F> void tabulate(I a, I b, F f) { for (long i = 0; a != b; ++a, ++i) *a = f(i); }
template <class I, class O, class U, class F> O transform_inclusive_scan(I a, I b, O o, U u, F f) { return std::transform_inclusive_scan(a, b, o, f, u); }
template <class I, class O, class U, class T, class F> O transform_exclusive_scan(I a, I b, O o, U u, T t, F f) { return std::transform_exclusive_scan(a, b, o, t, f, u); }
template <class I, class O, class F, class P> void transform_if(I a, I b, O o, F f, P p) { for (; a != b; ++a, ++o) if (p(*a)) *o = f(*a); }
template <class I, class P> I remove_if(I a, I b, P p) { return std::remove_if(a, b, p); }
template <class I, class S, class P> I remove_if(I a, I b, S stencil, P p) {
    I out = a;
    for (; a != b; ++a, ++stencil)
        if (!p(*stencil)) { *out = *a; ++out; }
    return out;
}
template <class I, class O, class P> O copy_if(I a, I b, O o, P p) { return std::copy_if(a, b, o, p); }
template <class I, class S, class O, class P> O copy_if(I a, I b, S stencil, O o, P p) {
    for (; a != b; ++a, ++stencil)
        if (p(*stencil)) { *o = *a; ++o; }
    return o;
}
template <class I, class R> void shuffle(I a, I b, R&& r) { std::shuffle(a, b, r); }
}  // namespace impl
KM_BOTH(sort, impl::sort) KM_BOTH(stable_sort, impl::sort) KM_BOTH(copy, std::copy) KM_BOTH(fill, std::fill) KM_BOTH(transform, std::transform)
KM_BOTH(inclusive_scan, std::inclusive_scan) KM_BOTH(exclusive_scan, impl::exclusive_scan) KM_BOTH(reduce, impl::reduce) KM_BOTH(transform_reduce, impl::transform_reduce)
KM_BOTH(sequence, impl::sequence) KM_BOTH(sort_by_key, impl::sort_by_key) KM_BOTH(stable_sort_by_key, impl::sort_by_key) KM_BOTH(max_element, std::max_element)
KM_BOTH(min_element, std::min_element) KM_BOTH(unique, std::unique) KM_BOTH(copy_if, impl::copy_if) KM_BOTH(remove_if, impl::remove_if) KM_BOTH(count_if, std::count_if)
KM_BOTH(count, std::count) KM_BOTH(for_each, std::for_each) KM_BOTH(generate, std::generate) KM_BOTH(find, std::find) KM_BOTH(equal, std::equal) KM_BOTH(lower_bound, std::lower_bound)
KM_BOTH(inner_product, std::inner_product) KM_BOTH(adjacent_difference, std::adjacent_difference) KM_BOTH(replace, std::replace) KM_BOTH(reverse, std::reverse) KM_BOTH(is_sorted, std::is_sorted)
KM_BOTH(scatter, impl::scatter) KM_BOTH(gather, impl::gather) KM_BOTH(reduce_by_key, impl::reduce_by_key) KM_BOTH(inclusive_scan_by_key, impl::inclusive_scan_by_key)
KM_BOTH(exclusive_scan_by_key, impl::exclusive_scan_by_key) KM_BOTH(unique_by_key, impl::unique_by_key) KM_BOTH(tabulate, impl::tabulate) KM_BOTH(transform_if, impl::transform_if)
KM_BOTH(transform_inclusive_scan, impl::transform_inclusive_scan) KM_BOTH(transform_exclusive_scan, impl::transform_exclusive_scan) KM_BOTH(shuffle, impl::shuffle)
KM_BOTH(copy_n, std::copy_n) KM_BOTH(fill_n, std::fill_n) KM_BOTH(for_each_n, std::for_each_n) KM_BOTH(generate_n, std::generate_n) KM_BOTH(upper_bound, std::upper_bound) KM_BOTH(partition, std::partition)
KM_BOTH(stable_partition, std::stable_partition) KM_BOTH(partition_copy, std::partition_copy) KM_BOTH(remove, std::remove) KM_BOTH(remove_copy_if, std::remove_copy_if) KM_BOTH(unique_copy, std::unique_copy)
KM_BOTH(merge, std::merge) KM_BOTH(set_union, std::set_union) KM_BOTH(set_intersection, std::set_intersection) KM_BOTH(set_difference, std::set_difference) KM_BOTH(any_of, std::any_of) KM_BOTH(all_of, std::all_of)
KM_BOTH(none_of, std::none_of) KM_BOTH(find_if, std::find_if) KM_BOTH(minmax_element, std::minmax_element) KM_BOTH(replace_if, std::replace_if) KM_BOTH(swap_ranges, std::swap_ranges) KM_BOTH(mismatch, std::mismatch)
KM_BOTH(reverse_copy, std::reverse_copy) KM_BOTH(uninitialized_fill, std::fill) KM_BOTH(uninitialized_copy, std::copy)
using std::advance;
using std::distance;
template <class T> T* device_malloc(size_t n) { T* p = nullptr; cudaMalloc(&p, n * sizeof(T)); return p; }
template <class T> void device_free(T* p) { cudaFree(p); }
template <class T = void> using divides = std::divides<T>;
template <class T = void> using modulus = std::modulus<T>;
template <class T = void> using logical_and = std::logical_and<T>;
template <class T = void> using logical_or = std::logical_or<T>;
template <class T = void> using logical_not = std::logical_not<T>;
template <class T = void> using less_equal = std::less_equal<T>;
template <class T = void> using greater_equal = std::greater_equal<T>;
template <class T = void> using not_equal_to = std::not_equal_to<T>;
template <class T = void> using bit_and = std::bit_and<T>;
template <class T = void> using bit_or = std::bit_or<T>;
template <class T = void> using bit_xor = std::bit_xor<T>;
template <class T = void> struct square { template <class U> auto operator()(const U& a) const { return a * a; } };
template <class T> using universal_vector = device_vector<T>;
#undef KM_BOTH
}  // namespace thrust
