// Iterators of thrust that compute what they point at, tuples, random numbers.
#pragma once
#include <complex>
#include <iterator>
#include <random>
#include <tuple>
#include "../cuda_runtime.h"

namespace thrust {
using std::get;
using std::make_tuple;
using std::tie;
using std::tuple;
template <size_t N, class T> using tuple_element = std::tuple_element<N, T>;
template <class T> using tuple_size = std::tuple_size<T>;
template <class I> using iterator_value = std::iterator_traits<I>;
template <class I> using iterator_traits = std::iterator_traits<I>;
template <class A, class R> struct unary_function { using argument_type = A; using result_type = R; };
template <class A, class B, class R> struct binary_function { using first_argument_type = A; using second_argument_type = B; using result_type = R; };
using std::complex;
using std::default_random_engine;
using std::minstd_rand;
using std::normal_distribution;
using std::uniform_int_distribution;
using std::uniform_real_distribution;
namespace random { using namespace ::thrust; using std::minstd_rand0; }

/// What random access needs beyond `at`, `move` and `from`.
template <class D, class R> struct Walk {
    using value_type = std::decay_t<R>; using reference = R; using difference_type = long; using pointer = void; using iterator_category = std::random_access_iterator_tag;
    D& self() { return static_cast<D&>(*this); }
    const D& self() const { return static_cast<const D&>(*this); }
    R operator*() const { return self().at(0); }
    R operator[](long k) const { return self().at(k); }
    D& operator+=(long k) { self().move(k); return self(); }
    D& operator-=(long k) { self().move(-k); return self(); }
    D& operator++() { return *this += 1; }
    D& operator--() { return *this += -1; }
    D operator++(int) { D o = self(); ++*this; return o; }
    D operator--(int) { D o = self(); --*this; return o; }
    D operator+(long k) const { D o = self(); o.move(k); return o; }
    D operator-(long k) const { D o = self(); o.move(-k); return o; }
    friend long operator-(const D& a, const D& b) { return a.from(b); }
    friend bool operator==(const D& a, const D& b) { return a.from(b) == 0; }
    friend bool operator!=(const D& a, const D& b) { return a.from(b) != 0; }
    friend bool operator<(const D& a, const D& b) { return a.from(b) < 0; }
};
template <class T> struct counting_iterator : Walk<counting_iterator<T>, T> {
    T v;
    explicit counting_iterator(T x = T()) : v(x) {}
    T at(long k) const { return T(v + k); }
    void move(long k) { v = T(v + k); }
    long from(const counting_iterator& o) const { return long(v) - long(o.v); }
};
template <class T> counting_iterator<T> make_counting_iterator(T v) { return counting_iterator<T>(v); }
template <class T> struct constant_iterator : Walk<constant_iterator<T>, T> {
    T v;
    long i = 0;
    explicit constant_iterator(T x = T(), long k = 0) : v(x), i(k) {}
    T at(long) const { return v; }
    void move(long k) { i += k; }
    long from(const constant_iterator& o) const { return i - o.i; }
};
template <class T> constant_iterator<T> make_constant_iterator(T v) { return constant_iterator<T>(v); }
template <class F, class I, class...> struct transform_iterator : Walk<transform_iterator<F, I>, decltype(std::declval<F>()(*std::declval<I>()))> {
    I base;
    F f;
    transform_iterator(I i, F g) : base(i), f(g) {}
    auto at(long k) const { return f(base[k]); }
    void move(long k) { base += k; }
    long from(const transform_iterator& o) const { return long(base - o.base); }
};
template <class F, class I> transform_iterator<F, I> make_transform_iterator(I i, F f) { return {i, f}; }
template <class E, class I> struct permutation_iterator : Walk<permutation_iterator<E, I>, typename std::iterator_traits<E>::reference> {
    E element;
    I index;
    permutation_iterator(E e, I i) : element(e), index(i) {}
    typename std::iterator_traits<E>::reference at(long k) const { return element[long(index[k])]; }
    void move(long k) { index += k; }
    long from(const permutation_iterator& o) const { return long(index - o.index); }
};
template <class E, class I> permutation_iterator<E, I> make_permutation_iterator(E e, I i) { return {e, i}; }
template <class T> struct zip_iterator;
template <class... I> struct zip_iterator<std::tuple<I...>> : Walk<zip_iterator<std::tuple<I...>>, std::tuple<typename std::iterator_traits<I>::reference...>> {
    using value_type = std::tuple<typename std::iterator_traits<I>::value_type...>;
    std::tuple<I...> all;
    zip_iterator(std::tuple<I...> t) : all(t) {}
    auto at(long k) const { return std::apply([k](auto&... i) { return std::tuple<typename std::iterator_traits<I>::reference...>(i[k]...); }, all); }
    void move(long k) { std::apply([k](auto&... i) { ((i += k), ...); }, all); }
    long from(const zip_iterator& o) const { return long(std::get<0>(all) - std::get<0>(o.all)); }
    const std::tuple<I...>& get_iterator_tuple() const { return all; }
};
template <class... I> zip_iterator<std::tuple<I...>> make_zip_iterator(std::tuple<I...> t) { return {t}; }
template <class... I> zip_iterator<std::tuple<I...>> make_zip_iterator(I... i) { return {std::tuple<I...>(i...)}; }
template <class F> struct ZipFunction { F f; template <class T> auto operator()(T&& t) const { return std::apply(f, std::forward<T>(t)); } };
template <class F> ZipFunction<F> make_zip_function(F f) { return {f}; }
struct discard_iterator : Walk<discard_iterator, int&> {
    long i = 0;
    int& at(long) const { static thread_local int nothing; return nothing; }
    void move(long k) { i += k; }
    long from(const discard_iterator& o) const { return i - o.i; }
};
inline discard_iterator make_discard_iterator() { return {}; }
}  // namespace thrust
