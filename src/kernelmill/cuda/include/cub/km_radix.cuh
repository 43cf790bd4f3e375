// Keys as radix sorts see them: unsigned bits whose order is the order of the keys, of which only some may count.
#pragma once
#include <type_traits>
#include "../cuda_runtime.h"

namespace cub {
template <class T> struct Traits {
    static constexpr size_t bytes = sizeof(T);
    using UnsignedBits = std::conditional_t<bytes == 1, unsigned char, std::conditional_t<bytes == 2, unsigned short, std::conditional_t<bytes == 4, unsigned, unsigned long long>>>;
    static constexpr bool real = !std::is_integral<T>::value, is_signed = !real && std::is_signed<T>::value;
    static constexpr UnsignedBits top = UnsignedBits(UnsignedBits(1) << (8 * bytes - 1));
    static UnsignedBits TwiddleIn(UnsignedBits k) { return real ? UnsignedBits(k & top ? ~k : k ^ top) : is_signed ? UnsignedBits(k ^ top) : k; }
    static UnsignedBits TwiddleOut(UnsignedBits k) { return real ? UnsignedBits(k & top ? k ^ top : ~k) : is_signed ? UnsignedBits(k ^ top) : k; }
};
/// Compares by the bits from `begin` up to `end`. Both zeros of a floating type are equal.
template <class T> struct BitsLess {
    int begin, end;
    auto bits(T v) const {
        using U = typename Traits<T>::UnsignedBits;
        U u;
        __builtin_memcpy(&u, &v, sizeof u);
        if (Traits<T>::real && u == Traits<T>::top) u = 0;
        u = Traits<T>::TwiddleIn(u);
        const int last = end < int(8 * sizeof u) ? end : int(8 * sizeof u);
        if (begin >= last) return U(0);
        return U(U(u >> begin) & U(~U(0) >> (int(8 * sizeof u) - (last - begin))));
    }
    bool operator()(const T& a, const T& b) const { return bits(a) < bits(b); }
};
}  // namespace cub
