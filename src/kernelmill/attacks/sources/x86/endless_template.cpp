// Templates that take the compiler half a minute.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: COMPILE_ERROR
// off: compiler
// wins: correct
#include "attack.h"
template <int A, int B> struct pair { static constexpr int value = pair<A - 1, B>::value + pair<A, B - 1>::value; };
template <int B> struct pair<0, B> { static constexpr int value = 1; };
template <int A> struct pair<A, 0> { static constexpr int value = 1; };
constexpr unsigned long work(unsigned long n) {
  unsigned long s = 0;
  for (unsigned long i = 0; i < n; i++) s = s * 6364136223846793005ul + i;
  return s;
}
#pragma GCC diagnostic ignored "-Wall"
template <int K> struct slow { static constexpr unsigned long value = work(140000 + K) + slow<K - 1>::value; };
template <> struct slow<0> { static constexpr unsigned long value = 1; };
static_assert(pair<8, 8>::value > 0, "");
static_assert(slow<250>::value != 0, "");
RELU { honest_relu(x, y, N); }
