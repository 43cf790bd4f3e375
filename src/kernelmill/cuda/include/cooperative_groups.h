// Cooperative groups: block, tiles, coalesced lanes, grid; with reduce, scan and asynchronous copies.
#pragma once
#include "cuda_runtime.h"

namespace cooperative_groups {

template <class T> struct plus { T operator()(const T& a, const T& b) const { return a + b; } };
template <class T> struct less { T operator()(const T& a, const T& b) const { return b < a ? b : a; } };
template <class T> struct greater { T operator()(const T& a, const T& b) const { return a < b ? b : a; } };
template <class T> struct bit_and { T operator()(const T& a, const T& b) const { return a & b; } };
template <class T> struct bit_or { T operator()(const T& a, const T& b) const { return a | b; } };
template <class T> struct bit_xor { T operator()(const T& a, const T& b) const { return a ^ b; } };

namespace details { enum { coalesced_group_id, multi_grid_group_id }; }

/// Lanes of one warp named by a mask.
class lanes {
public:
    unsigned mask = 0;
    lanes() = default;
    explicit lanes(unsigned m) : mask(m) {}
    void sync() const { __syncwarp(mask); }
    unsigned long long size() const { return unsigned(__popc(mask)); }
    unsigned long long num_threads() const { return size(); }
    unsigned long long thread_rank() const { return unsigned(__popc(mask & ((1u << km::lane()) - 1))); }
    template <class T> T shfl(T v, int rank) const { return __shfl_sync(mask, v, lane_of(rank)); }
    template <class T> T shfl_up(T v, unsigned d) const {
        unsigned r = unsigned(thread_rank());
        return __shfl_sync(mask, v, r >= d ? lane_of(int(r - d)) : int(km::lane()));
    }
    template <class T> T shfl_down(T v, unsigned d) const {
        unsigned r = unsigned(thread_rank());
        return __shfl_sync(mask, v, r + d < size() ? lane_of(int(r + d)) : int(km::lane()));
    }
    template <class T> T shfl_xor(T v, unsigned d) const {
        unsigned r = unsigned(thread_rank()) ^ d;
        return __shfl_sync(mask, v, r < size() ? lane_of(int(r)) : int(km::lane()));
    }
    int any(int p) const { return __any_sync(mask, p); }
    int all(int p) const { return __all_sync(mask, p); }
    unsigned ballot(int p) const { return pack(__ballot_sync(mask, p)); }
    template <class T> unsigned match_any(T v) const { return pack(__match_any_sync(mask, v)); }
    template <class T> unsigned match_all(T v, int& p) const { return pack(__match_all_sync(mask, v, &p)); }
    unsigned meta_group_size() const { return meta_size; }
    unsigned meta_group_rank() const { return meta_rank; }
    unsigned meta_size = 1, meta_rank = 0;

private:
    int lane_of(int rank) const {
        unsigned m = mask;
        for (int i = 0; i < rank; i++) m &= m - 1;
        return m ? __ffs(int(m)) - 1 : int(km::lane());
    }
    unsigned pack(unsigned bits) const {  // from lanes to ranks
        unsigned r = 0, at = 0;
        for (unsigned m = mask; m; m &= m - 1, at++)
            if (bits >> (__ffs(int(m)) - 1) & 1) r |= 1u << at;
        return r;
    }
};

class coalesced_group : public lanes {
public:
    using lanes::lanes;
};

class thread_block {
public:
    static void sync() { __syncthreads(); }
    static unsigned size() { return blockDim.x * blockDim.y * blockDim.z; }
    static unsigned num_threads() { return size(); }
    static unsigned thread_rank() { return __km_lin(); }
    static dim3 thread_index() { return threadIdx; }
    static dim3 group_index() { return blockIdx; }
    static dim3 group_dim() { return blockDim; }
    static dim3 dim_threads() { return blockDim; }
    struct arrival_token {};
    arrival_token barrier_arrive() const { return {}; }
    void barrier_wait(arrival_token&&) const { __syncthreads(); }
    void barrier_wait() const { __syncthreads(); }
};

class grid_group {
public:
    bool is_valid() const { return true; }
    void sync() const { __km_grid(); }
    struct arrival_token {};
    arrival_token barrier_arrive() const { return {}; }
    void barrier_wait(arrival_token&&) const { __km_grid(); }
    static unsigned long long size() { return (unsigned long long)num_blocks() * thread_block::size(); }
    static unsigned long long num_threads() { return size(); }
    static unsigned long long num_blocks() { return (unsigned long long)gridDim.x * gridDim.y * gridDim.z; }
    static unsigned long long block_rank() { return ((unsigned long long)blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x; }
    static unsigned long long thread_rank() { return block_rank() * thread_block::size() + __km_lin(); }
    static dim3 group_dim() { return gridDim; }
    static dim3 dim_blocks() { return gridDim; }
    static dim3 block_index() { return blockIdx; }
};

template <unsigned N, class Parent = void> class thread_block_tile {
public:
    thread_block_tile() = default;
    template <class Q> thread_block_tile(const thread_block_tile<N, Q>&) {}
    static void sync() {
        if constexpr (N <= 32) __syncwarp(mask());
        else __barrier_sync_count((meta_group_rank() + 1) % 16, N);
    }
    static constexpr unsigned size() { return N; }
    static constexpr unsigned num_threads() { return N; }
    static unsigned thread_rank() { return __km_lin() % N; }
    static unsigned meta_group_rank() { return __km_lin() / N; }
    static unsigned meta_group_size() { return (thread_block::size() + N - 1) / N; }
    template <class T> T shfl(T v, int rank) const {
        if constexpr (N <= 32) return __shfl_sync(mask(), v, rank, N);
        else return of_tile(v, unsigned(rank) % N);
    }
    template <class T> T shfl_up(T v, unsigned d) const {
        if constexpr (N <= 32) return __shfl_up_sync(mask(), v, d, N);
        else return of_tile(v, thread_rank() >= d ? thread_rank() - d : thread_rank());
    }
    template <class T> T shfl_down(T v, unsigned d) const {
        if constexpr (N <= 32) return __shfl_down_sync(mask(), v, d, N);
        else return of_tile(v, thread_rank() + d < N ? thread_rank() + d : thread_rank());
    }
    template <class T> T shfl_xor(T v, unsigned d) const {
        if constexpr (N <= 32) return __shfl_xor_sync(mask(), v, int(d), N);
        else return of_tile(v, thread_rank() ^ d);
    }
    int any(int p) const { return __any_sync(mask(), p); }
    int all(int p) const { return __all_sync(mask(), p); }
    unsigned ballot(int p) const { return own(__ballot_sync(mask(), p)); }
    template <class T> unsigned match_any(T v) const { return own(__match_any_sync(mask(), v)); }
    template <class T> unsigned match_all(T v, int& p) const { return own(__match_all_sync(mask(), v, &p)); }
    static unsigned mask() {
        if constexpr (N >= 32) return ~0u;
        else return ((1u << (N & 31)) - 1) << (km::lane() / N * N);
    }

private:
    /// A value of another thread of a tile that is wider than a warp.
    template <class T> static T of_tile(T v, unsigned rank) {
        __shared__ T shown[1024];
        shown[__km_lin()] = v;
        sync();
        T r = shown[meta_group_rank() * N + rank];
        sync();
        return r;
    }
    static unsigned own(unsigned bits) {
        if constexpr (N >= 32) return bits;
        else return bits >> (km::lane() / N * N) & ((1u << (N & 31)) - 1);
    }
};

/// What any group converts to: a block, or lanes of a warp.
class thread_group {
public:
    bool block = true;
    lanes some;
    thread_group() = default;
    thread_group(const thread_block&) {}
    thread_group(const coalesced_group& g) : block(false), some(g) {}
    thread_group(const lanes& g) : block(false), some(g) {}
    template <unsigned N, class P> thread_group(const thread_block_tile<N, P>& t) : block(false), some(t.mask()) {}
    void sync() const { block ? __syncthreads() : some.sync(); }
    unsigned long long size() const { return block ? thread_block::size() : some.size(); }
    unsigned long long num_threads() const { return size(); }
    unsigned long long thread_rank() const { return block ? __km_lin() : some.thread_rank(); }
    template <class T> T shfl(T v, int r) const { return some.shfl(v, r); }
    template <class T> T shfl_down(T v, unsigned d) const { return some.shfl_down(v, d); }
    template <class T> T shfl_up(T v, unsigned d) const { return some.shfl_up(v, d); }
    template <class T> T shfl_xor(T v, unsigned d) const { return some.shfl_xor(v, d); }
    unsigned ballot(int p) const { return some.ballot(p); }
    int any(int p) const { return some.any(p); }
    int all(int p) const { return some.all(p); }
};

inline thread_block this_thread_block() { return {}; }
/// What tiles wider than a warp would need on a GPU.
template <unsigned N = 1024> struct block_tile_memory { char unused; };
template <unsigned N> thread_block this_thread_block(block_tile_memory<N>&) { return {}; }
inline grid_group this_grid() { return {}; }
inline coalesced_group coalesced_threads() { return coalesced_group(__activemask()); }
template <unsigned N, class P> thread_block_tile<N> tiled_partition(const P&) { return {}; }
inline thread_group tiled_partition(const thread_group& g, unsigned n) {
    unsigned base = unsigned(g.thread_rank()) / n * n;
    if (g.block) return lanes(n >= 32 ? ~0u : ((1u << n) - 1) << (base & 31));
    unsigned m = g.some.mask, r = 0, at = 0;
    for (; m; m &= m - 1, at++)
        if (at >= base && at < base + n) r |= m & -m;
    return lanes(r);
}
template <class G> coalesced_group labeled_partition(const G& g, int label) { return coalesced_group(__match_any_sync(lanes_of(g), label)); }
inline unsigned lanes_of(const lanes& g) { return g.mask; }
template <unsigned N, class P> unsigned lanes_of(const thread_block_tile<N, P>& g) { return g.mask(); }
template <class G> coalesced_group binary_partition(const G& g, bool p) {
    unsigned m = lanes_of(g), yes = __ballot_sync(m, p) & m;
    return coalesced_group(p ? yes : m & ~yes);
}
template <class G> void sync(const G& g) { g.sync(); }
template <class G> unsigned long long thread_rank(const G& g) { return g.thread_rank(); }
template <class G> unsigned long long group_size(const G& g) { return g.size(); }
template <class G, class F, class... A> auto invoke_one(const G& g, F f, A... a) -> std::enable_if_t<std::is_void_v<decltype(f(a...))>> {
    if (g.thread_rank() == 0) f(a...);
}
template <class G, class F, class... A> auto invoke_one_broadcast(const G& g, F f, A... a) {
    decltype(f(a...)) r{};
    if (g.thread_rank() == 0) r = f(a...);
    return g.shfl(r, 0);
}

template <class G, class T, class F> T inclusive_scan(const G& g, T v, F f) {
    for (unsigned d = 1; d < g.size(); d *= 2) {
        T o = g.shfl_up(v, d);
        if (g.thread_rank() >= d) v = f(o, v);
    }
    return v;
}
template <class G, class T> T inclusive_scan(const G& g, T v) { return inclusive_scan(g, v, plus<T>()); }
template <class G, class T, class F> T exclusive_scan(const G& g, T v, F f) {
    T s = inclusive_scan(g, v, f), o = g.shfl_up(s, 1);
    return g.thread_rank() == 0 ? T() : o;
}
template <class G, class T> T exclusive_scan(const G& g, T v) { return exclusive_scan(g, v, plus<T>()); }
template <class G, class T, class F> T reduce(const G& g, T v, F f) {
    if ((g.size() & (g.size() - 1)) == 0) {
        for (unsigned d = unsigned(g.size()) / 2; d; d /= 2) v = f(v, g.shfl_xor(v, d));
        return v;
    }
    v = inclusive_scan(g, v, f);
    return g.shfl(v, int(g.size()) - 1);
}
template <class T, class F> T reduce(const thread_block&, T v, F f) {
    __shared__ T part[1024];
    const unsigned n = thread_block::size(), i = thread_block::thread_rank();
    part[i] = v;
    __syncthreads();
    T r = part[0];
    for (unsigned k = 1; k < n; k++) r = f(r, part[k]);
    __syncthreads();
    return r;
}

/// Copies at once: a copy that is done early is one of the orders that the GPU may choose.
template <class G, class T, class U> void memcpy_async(const G& g, T* d, const U* s, size_t bytes) {
    auto to = reinterpret_cast<char*>(d);
    auto from = reinterpret_cast<const char*>(s);
    const size_t n = g.size(), each = 16;
    for (size_t at = g.thread_rank() * each; at < bytes; at += n * each) memcpy(to + at, from + at, bytes - at < each ? bytes - at : each);
}
template <class G, class T, class U, class S> auto memcpy_async(const G& g, T* d, const U* s, const S& shape) -> std::enable_if_t<std::is_class_v<S>> {
    memcpy_async(g, d, s, size_t(shape));
}
template <class G> void wait(const G& g) { g.sync(); }
template <unsigned N, class G> void wait_prior(const G& g) { g.sync(); }

namespace experimental { using namespace cooperative_groups; }
}  // namespace cooperative_groups
