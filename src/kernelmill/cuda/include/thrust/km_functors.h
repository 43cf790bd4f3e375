// The function objects of thrust, which cub's headers bring as well.
#pragma once
#include <functional>

namespace thrust {
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
}  // namespace thrust
