// Atomic functions for every type and scope. They are templates, so that a program's own overloads win.
#pragma once
#include "math.h"

namespace km {
template <size_t N> struct WordOf;
template <> struct WordOf<1> { using type = uint8_t; };
template <> struct WordOf<2> { using type = uint16_t; };
template <> struct WordOf<4> { using type = uint32_t; };
template <> struct WordOf<8> { using type = uint64_t; };
template <> struct WordOf<16> { using type = unsigned __int128; };

/// Replaces *p by f(*p) in one step and returns the old value.
template <class T, class F> KM_FN T update(T* p, F f) {
    using W = typename WordOf<sizeof(T)>::type;
    auto w = reinterpret_cast<W*>(p);
    W old = __atomic_load_n(w, __ATOMIC_RELAXED);
    for (;;) {
        T before, after;
        __builtin_memcpy(&before, &old, sizeof old);
        after = f(before);
        W next;
        __builtin_memcpy(&next, &after, sizeof next);
        if (__atomic_compare_exchange_n(w, &old, next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return before;
    }
}
}  // namespace km

#define KM_SCOPES(ret, name, params, args) \
    template <class T> KM_FN ret name##_block params { return name args; } \
    template <class T> KM_FN ret name##_system params { return name args; }

template <class T> KM_FN T atomicAdd(T* p, km::Same<T> v) {
    if constexpr (std::is_arithmetic_v<T>) return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);
    else if constexpr (sizeof(T) == 16) { T o = *p; atomicAdd(&p->x, v.x); atomicAdd(&p->y, v.y); atomicAdd(&p->z, v.z); atomicAdd(&p->w, v.w); return o; }
    else return km::update(p, [v](T o) { return km_add(o, v); });
}
template <class T> KM_FN T atomicSub(T* p, km::Same<T> v) { return __atomic_fetch_sub(p, v, __ATOMIC_RELAXED); }
template <class T> KM_FN T atomicExch(T* p, km::Same<T> v) { return km::update(p, [v](T) { return v; }); }
template <class T> KM_FN T atomicMin(T* p, km::Same<T> v) {
    if constexpr (std::is_integral_v<T>) return __atomic_fetch_min(p, v, __ATOMIC_RELAXED);
    else return km::update(p, [v](T o) { return v < o ? v : o; });
}
template <class T> KM_FN T atomicMax(T* p, km::Same<T> v) {
    if constexpr (std::is_integral_v<T>) return __atomic_fetch_max(p, v, __ATOMIC_RELAXED);
    else return km::update(p, [v](T o) { return o < v ? v : o; });
}
template <class T> KM_FN T atomicAnd(T* p, km::Same<T> v) { return __atomic_fetch_and(p, v, __ATOMIC_RELAXED); }
template <class T> KM_FN T atomicOr(T* p, km::Same<T> v) { return __atomic_fetch_or(p, v, __ATOMIC_RELAXED); }
template <class T> KM_FN T atomicXor(T* p, km::Same<T> v) { return __atomic_fetch_xor(p, v, __ATOMIC_RELAXED); }
template <class T> KM_FN T atomicInc(T* p, km::Same<T> v) { return km::update(p, [v](T o) { return o >= v ? T(0) : T(o + 1); }); }
template <class T> KM_FN T atomicDec(T* p, km::Same<T> v) { return km::update(p, [v](T o) { return o == 0 || o > v ? v : T(o - 1); }); }
template <class T> KM_FN T atomicCAS(T* p, km::Same<T> expected, km::Same<T> v) {
    using W = typename km::WordOf<sizeof(T)>::type;
    W e, n;
    __builtin_memcpy(&e, &expected, sizeof e);
    __builtin_memcpy(&n, &v, sizeof n);
    __atomic_compare_exchange_n(reinterpret_cast<W*>(p), &e, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    T r;
    __builtin_memcpy(&r, &e, sizeof r);
    return r;
}
KM_SCOPES(T, atomicAdd, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicSub, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicExch, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicMin, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicMax, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicAnd, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicOr, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicXor, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicInc, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicDec, (T* p, km::Same<T> v), (p, v))
KM_SCOPES(T, atomicCAS, (T* p, km::Same<T> e, km::Same<T> v), (p, e, v))
#undef KM_SCOPES

KM_FN float2 km_add(float2 a, float2 b) { return {a.x + b.x, a.y + b.y}; }


// The generic atomics of newer compilers: order and scope as last arguments.
template <class T> KM_FN T __nv_atomic_load_n(const T* p, int, int = 4) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
template <class T> KM_FN void __nv_atomic_load(const T* p, T* r, int, int = 4) { __atomic_load(p, r, __ATOMIC_SEQ_CST); }
template <class T> KM_FN void __nv_atomic_store_n(T* p, km::Same<T> v, int, int = 4) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }
template <class T> KM_FN void __nv_atomic_store(T* p, T* v, int, int = 4) { __atomic_store(p, v, __ATOMIC_SEQ_CST); }
template <class T> KM_FN T __nv_atomic_exchange_n(T* p, km::Same<T> v, int, int = 4) { return atomicExch(p, v); }
template <class T> KM_FN void __nv_atomic_exchange(T* p, T* v, T* r, int, int = 4) { *r = atomicExch(p, *v); }
template <class T> KM_FN bool __nv_atomic_compare_exchange_n(T* p, T* e, km::Same<T> v, bool, int, int, int = 4) {
    return __atomic_compare_exchange(p, e, &v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
template <class T> KM_FN bool __nv_atomic_compare_exchange(T* p, T* e, T* v, bool, int, int, int = 4) {
    return __atomic_compare_exchange(p, e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
template <class T> KM_FN T __nv_atomic_fetch_add(T* p, km::Same<T> v, int, int = 4) { return atomicAdd(p, v); }
template <class T> KM_FN T __nv_atomic_fetch_sub(T* p, km::Same<T> v, int, int = 4) { return atomicAdd(p, T(-v)); }
template <class T> KM_FN T __nv_atomic_fetch_min(T* p, km::Same<T> v, int, int = 4) { return atomicMin(p, v); }
template <class T> KM_FN T __nv_atomic_fetch_max(T* p, km::Same<T> v, int, int = 4) { return atomicMax(p, v); }
template <class T> KM_FN T __nv_atomic_fetch_and(T* p, km::Same<T> v, int, int = 4) { return atomicAnd(p, v); }
template <class T> KM_FN T __nv_atomic_fetch_or(T* p, km::Same<T> v, int, int = 4) { return atomicOr(p, v); }
template <class T> KM_FN T __nv_atomic_fetch_xor(T* p, km::Same<T> v, int, int = 4) { return atomicXor(p, v); }
template <class T> KM_FN void __nv_atomic_add(T* p, km::Same<T> v, int, int = 4) { atomicAdd(p, v); }
template <class T> KM_FN void __nv_atomic_sub(T* p, km::Same<T> v, int, int = 4) { atomicAdd(p, T(-v)); }
template <class T> KM_FN void __nv_atomic_min(T* p, km::Same<T> v, int, int = 4) { atomicMin(p, v); }
template <class T> KM_FN void __nv_atomic_max(T* p, km::Same<T> v, int, int = 4) { atomicMax(p, v); }
template <class T> KM_FN void __nv_atomic_and(T* p, km::Same<T> v, int, int = 4) { atomicAnd(p, v); }
template <class T> KM_FN void __nv_atomic_or(T* p, km::Same<T> v, int, int = 4) { atomicOr(p, v); }
template <class T> KM_FN void __nv_atomic_xor(T* p, km::Same<T> v, int, int = 4) { atomicXor(p, v); }
KM_FN void __nv_atomic_thread_fence(int, int = 4) { __threadfence(); }
