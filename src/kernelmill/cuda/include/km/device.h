// What the language gives to device code: qualifiers, built-in variables, barriers, warp operations.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "vector_types.h"

#define __global__ __attribute__((annotate("km.global"), noinline))
#define __device__
#define __host__
#define __constant__ __attribute__((annotate("km.constant")))
#define __managed__
#define __grid_constant__
#define __shared__ static thread_local __attribute__((annotate("km.shared")))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __inline_hint__ inline
#define KM_FIRST(a, ...) a
#define KM_STRING(x) #x
#define KM_XSTRING(x) KM_STRING(x)
#define __launch_bounds__(...) __attribute__((annotate("km.bounds:" KM_XSTRING((KM_FIRST(__VA_ARGS__, 0))))))
#define __maxnreg__(n)
#define __cluster_dims__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __builtin_align__(n) __attribute__((aligned(n)))
#define __device_builtin__
#define __cudart_builtin__
#define __nv_pure__
#define CUDARTAPI_CDECL
#ifndef __restrict__
#define __restrict__ __restrict
#endif

extern "C" {
#define KM_CONST __attribute__((const, nothrow))
#define KM_SYNC __attribute__((convergent, nothrow))
KM_CONST uint32_t __km_tid(int d);
KM_CONST uint32_t __km_lin();
KM_CONST uint32_t __km_bid(int d);
KM_CONST uint32_t __km_bdim(int d);
KM_CONST uint32_t __km_gdim(int d);
KM_CONST char* __km_dyn();
KM_CONST char* __km_shared();
KM_SYNC uint32_t __km_bar(uint32_t op, uint32_t predicate, uint32_t id, uint32_t count);
KM_SYNC void __km_arrive(uint32_t id);
KM_SYNC uint64_t __km_coll(uint32_t op, uint32_t mask, uint64_t value, uint32_t arg, uint32_t width);
KM_SYNC void __km_grid();
KM_SYNC void __km_yield();
void __km_trap(const char* what, const char* detail, int code);
int __km_inside();
}

namespace km {
enum class What { tid, bid, bdim, gdim };

template <What W>
struct Builtin {
    static unsigned get(int d) {
        if constexpr (W == What::tid) return __km_tid(d);
        else if constexpr (W == What::bid) return __km_bid(d);
        else if constexpr (W == What::bdim) return __km_bdim(d);
        else return __km_gdim(d);
    }
    static unsigned get_x() { return get(0); }
    static unsigned get_y() { return get(1); }
    static unsigned get_z() { return get(2); }
    __declspec(property(get = get_x)) unsigned x;
    __declspec(property(get = get_y)) unsigned y;
    __declspec(property(get = get_z)) unsigned z;
    operator dim3() const { return dim3(get(0), get(1), get(2)); }
    operator uint3() const { return {get(0), get(1), get(2)}; }
    constexpr Builtin() = default;
    Builtin(const Builtin&) = delete;
    void operator=(const Builtin&) = delete;
};

inline unsigned lane() { return __km_lin() & 31; }
inline unsigned warp_of_block() { return __km_lin() >> 5; }
inline unsigned live_lanes() {
    unsigned n = __km_bdim(0) * __km_bdim(1) * __km_bdim(2), base = __km_lin() & ~31u;
    return n - base >= 32 ? ~0u : (1u << (n - base)) - 1;
}

template <class T> uint64_t bits(T v) {
    static_assert(sizeof(T) <= 8);
    uint64_t r = 0;
    __builtin_memcpy(&r, &v, sizeof v);
    return r;
}
template <class T> T from_bits(uint64_t u) {
    T r;
    __builtin_memcpy(&r, &u, sizeof r);
    return r;
}
enum Op : uint32_t { ShflIdx, ShflUp, ShflDown, ShflXor, Ballot, Any, All, MatchAny, MatchAll, Sync, ActiveMask,
                     AddU, MinU, MaxU, MinS, MaxS, And, Or, Xor, Exchange, Lockstep };

template <class T> T shuffle(uint32_t op, unsigned mask, T v, unsigned arg, int width) {
    if constexpr (sizeof(T) <= 8) {
        return from_bits<T>(__km_coll(op, mask, bits(v), arg, unsigned(width)));
    } else {
        T r;
        uint64_t part[(sizeof(T) + 7) / 8] = {};
        __builtin_memcpy(part, &v, sizeof v);
        for (auto& p : part) p = __km_coll(op, mask, p, arg, unsigned(width));
        __builtin_memcpy(&r, part, sizeof r);
        return r;
    }
}
template <class T> T reduce_op(uint32_t op, unsigned mask, T v) {
    uint64_t wide = std::is_signed<T>::value ? uint64_t(int64_t(v)) : uint64_t(v);
    return T(__km_coll(op, mask, wide, 0, 32));
}
}  // namespace km

static const km::Builtin<km::What::tid> threadIdx;
static const km::Builtin<km::What::bid> blockIdx;
static const km::Builtin<km::What::bdim> blockDim;
static const km::Builtin<km::What::gdim> gridDim;
static constexpr int warpSize = 32;

inline void __syncthreads() { __km_bar(0, 0, 0, 0); }
inline int __syncthreads_count(int p) { return int(__km_bar(1, p != 0, 0, 0)); }
inline int __syncthreads_and(int p) { return int(__km_bar(2, p != 0, 0, 0)); }
inline int __syncthreads_or(int p) { return int(__km_bar(3, p != 0, 0, 0)); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { __km_coll(km::Sync, mask, 0, 0, 32); }
inline void __barrier_sync(unsigned id) { __km_bar(0, 0, id, 0); }
inline void __barrier_sync_count(unsigned id, unsigned n) { __km_bar(0, 0, id, n); }

template <class T> T __shfl_sync(unsigned m, T v, int src, int w = 32) { return km::shuffle(km::ShflIdx, m, v, unsigned(src), w); }
template <class T> T __shfl_up_sync(unsigned m, T v, unsigned d, int w = 32) { return km::shuffle(km::ShflUp, m, v, d, w); }
template <class T> T __shfl_down_sync(unsigned m, T v, unsigned d, int w = 32) { return km::shuffle(km::ShflDown, m, v, d, w); }
template <class T> T __shfl_xor_sync(unsigned m, T v, int d, int w = 32) { return km::shuffle(km::ShflXor, m, v, unsigned(d), w); }
template <class T> T __shfl(T v, int src, int w = 32) { return __shfl_sync(~0u, v, src, w); }
template <class T> T __shfl_up(T v, unsigned d, int w = 32) { return __shfl_up_sync(~0u, v, d, w); }
template <class T> T __shfl_down(T v, unsigned d, int w = 32) { return __shfl_down_sync(~0u, v, d, w); }
template <class T> T __shfl_xor(T v, int d, int w = 32) { return __shfl_xor_sync(~0u, v, d, w); }

inline unsigned __ballot_sync(unsigned m, int p) { return unsigned(__km_coll(km::Ballot, m, p != 0, 0, 32)); }
inline int __any_sync(unsigned m, int p) { return int(__km_coll(km::Any, m, p != 0, 0, 32)); }
inline int __all_sync(unsigned m, int p) { return int(__km_coll(km::All, m, p != 0, 0, 32)); }
inline unsigned __ballot(int p) { return __ballot_sync(~0u, p); }
inline int __any(int p) { return __any_sync(~0u, p); }
inline int __all(int p) { return __all_sync(~0u, p); }
inline unsigned __activemask() { return unsigned(__km_coll(km::ActiveMask, ~0u, 0, 0, 32)); }
template <class T> unsigned __match_any_sync(unsigned m, T v) { return unsigned(__km_coll(km::MatchAny, m, km::bits(v), 0, 32)); }
template <class T> unsigned __match_all_sync(unsigned m, T v, int* pred) {
    auto r = unsigned(__km_coll(km::MatchAll, m, km::bits(v), 0, 32));
    *pred = r != 0;
    return r;
}
inline unsigned __reduce_add_sync(unsigned m, unsigned v) { return km::reduce_op(km::AddU, m, v); }
inline int __reduce_add_sync(unsigned m, int v) { return km::reduce_op(km::AddU, m, v); }
inline unsigned __reduce_min_sync(unsigned m, unsigned v) { return km::reduce_op(km::MinU, m, v); }
inline int __reduce_min_sync(unsigned m, int v) { return km::reduce_op(km::MinS, m, v); }
inline unsigned __reduce_max_sync(unsigned m, unsigned v) { return km::reduce_op(km::MaxU, m, v); }
inline int __reduce_max_sync(unsigned m, int v) { return km::reduce_op(km::MaxS, m, v); }
inline unsigned __reduce_and_sync(unsigned m, unsigned v) { return km::reduce_op(km::And, m, v); }
inline unsigned __reduce_or_sync(unsigned m, unsigned v) { return km::reduce_op(km::Or, m, v); }
inline unsigned __reduce_xor_sync(unsigned m, unsigned v) { return km::reduce_op(km::Xor, m, v); }

inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __nanosleep(unsigned) { __km_yield(); }
inline void __trap() { __km_trap("trap", "", 719); }
inline void __brkpt() {}
inline void __prof_trigger(int) {}
inline long long clock64() { return (long long)__builtin_ia32_rdtsc(); }
inline long clock_device() { return (long)__builtin_ia32_rdtsc(); }

inline size_t __cvta_generic_to_shared(const void* p) { return size_t(static_cast<const char*>(p) - __km_shared()); }
inline size_t __cvta_generic_to_global(const void* p) { return reinterpret_cast<size_t>(p); }
inline void* __cvta_shared_to_generic(size_t p) { return __km_shared() + uint32_t(p); }
inline bool __isGlobal(const void*) { return true; }
inline bool __isShared(const void*) { return false; }

#define __NV_ATOMIC_RELAXED __ATOMIC_RELAXED
#define __NV_ATOMIC_ACQUIRE __ATOMIC_ACQUIRE
#define __NV_ATOMIC_RELEASE __ATOMIC_RELEASE
#define __NV_ATOMIC_ACQ_REL __ATOMIC_ACQ_REL
#define __NV_ATOMIC_SEQ_CST __ATOMIC_SEQ_CST
#define __NV_THREAD_SCOPE_THREAD 0
#define __NV_THREAD_SCOPE_BLOCK 1
#define __NV_THREAD_SCOPE_CLUSTER 2
#define __NV_THREAD_SCOPE_DEVICE 3
#define __NV_THREAD_SCOPE_SYSTEM 4
