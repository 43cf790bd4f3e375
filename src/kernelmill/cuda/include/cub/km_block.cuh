// Block and warp algorithms of cub beyond reduce, scan, load, store and radix sort.
#pragma once
#include <algorithm>
#include "../cuda_runtime.h"

namespace cub {

template <class T, int X, int N, bool SLICED = false, int Y = 1, int Z = 1> class BlockExchange {
public:
    struct TempStorage { T at[X * Y * Z * N]; };
    explicit BlockExchange(TempStorage& t) : t_(t) {}
    template <class O> void StripedToBlocked(const T (&in)[N], O (&out)[N]) { move(in, out, [](int k) { return k * kThreads + lin(); }, [](int k) { return lin() * N + k; }); }
    template <class O> void BlockedToStriped(const T (&in)[N], O (&out)[N]) { move(in, out, [](int k) { return lin() * N + k; }, [](int k) { return k * kThreads + lin(); }); }
    template <class O> void WarpStripedToBlocked(const T (&in)[N], O (&out)[N]) { move(in, out, warp_striped, [](int k) { return lin() * N + k; }); }
    template <class O> void BlockedToWarpStriped(const T (&in)[N], O (&out)[N]) { move(in, out, [](int k) { return lin() * N + k; }, warp_striped); }
    template <class O, class R> void ScatterToBlocked(const T (&in)[N], O (&out)[N], R (&rank)[N]) { move(in, out, [&](int k) { return int(rank[k]); }, [](int k) { return lin() * N + k; }); }
    template <class O, class R> void ScatterToStriped(const T (&in)[N], O (&out)[N], R (&rank)[N]) { move(in, out, [&](int k) { return int(rank[k]); }, [](int k) { return k * kThreads + lin(); }); }
    void StripedToBlocked(T (&v)[N]) { StripedToBlocked(v, v); }
    void BlockedToStriped(T (&v)[N]) { BlockedToStriped(v, v); }
    void WarpStripedToBlocked(T (&v)[N]) { WarpStripedToBlocked(v, v); }
    void BlockedToWarpStriped(T (&v)[N]) { BlockedToWarpStriped(v, v); }
    template <class R> void ScatterToBlocked(T (&v)[N], R (&rank)[N]) { ScatterToBlocked(v, v, rank); }
    template <class R> void ScatterToStriped(T (&v)[N], R (&rank)[N]) { ScatterToStriped(v, v, rank); }

private:
    static constexpr int kThreads = X * Y * Z;
    static int lin() { return int(__km_lin()); }
    static int warp_striped(int k) { return lin() / 32 * 32 * N + k * 32 + lin() % 32; }
    template <class O, class F, class G> void move(const T (&in)[N], O (&out)[N], F from, G to) {
        __syncthreads();
        for (int k = 0; k < N; k++) t_.at[from(k)] = in[k];
        __syncthreads();
        for (int k = 0; k < N; k++) out[k] = t_.at[to(k)];
        __syncthreads();
    }
    TempStorage& t_;
};

template <class T, int X, int Y = 1, int Z = 1> class BlockAdjacentDifference {
public:
    struct TempStorage { T first[X * Y * Z], last[X * Y * Z]; };
    explicit BlockAdjacentDifference(TempStorage& t) : t_(t) {}
    template <int N, class O, class F> void SubtractLeft(T (&in)[N], O (&out)[N], F f) { left(in, out, f, nullptr, kThreads * N); }
    template <int N, class O, class F> void SubtractLeft(T (&in)[N], O (&out)[N], F f, T before) { left(in, out, f, &before, kThreads * N); }
    template <int N, class O, class F> void SubtractLeftPartialTile(T (&in)[N], O (&out)[N], F f, int valid) { left(in, out, f, nullptr, valid); }
    template <int N, class O, class F> void SubtractRight(T (&in)[N], O (&out)[N], F f) { right(in, out, f, nullptr, kThreads * N); }
    template <int N, class O, class F> void SubtractRight(T (&in)[N], O (&out)[N], F f, T after) { right(in, out, f, &after, kThreads * N); }
    template <int N, class O, class F> void SubtractRightPartialTile(T (&in)[N], O (&out)[N], F f, int valid) { right(in, out, f, nullptr, valid); }

private:
    static constexpr int kThreads = X * Y * Z;
    template <class F> static auto apply(F& f, T a, T b) { return f(a, b); }  // an operator may take references
    template <int N, class O, class F> void left(T (&in)[N], O (&out)[N], F f, const T* before, int valid) {
        const int i = int(__km_lin());
        t_.last[i] = in[N - 1];
        __syncthreads();
        T copy[N];
        for (int k = 0; k < N; k++) copy[k] = in[k];
        for (int k = 0; k < N; k++) {
            const bool none = k == 0 && i == 0 && !before;
            out[k] = none || i * N + k >= valid ? O(copy[k]) : O(apply(f, copy[k], k ? copy[k - 1] : i ? t_.last[i - 1] : *before));
        }
        __syncthreads();
    }
    template <int N, class O, class F> void right(T (&in)[N], O (&out)[N], F f, const T* after, int valid) {
        const int i = int(__km_lin());
        t_.first[i] = in[0];
        __syncthreads();
        T copy[N];
        for (int k = 0; k < N; k++) copy[k] = in[k];
        for (int k = 0; k < N; k++) {
            const bool none = k == N - 1 && i == kThreads - 1 && !after;
            out[k] = none || i * N + k >= valid - (after ? 0 : 1) ? O(copy[k]) : O(apply(f, copy[k], k < N - 1 ? copy[k + 1] : i < kThreads - 1 ? t_.first[i + 1] : *after));
        }
        __syncthreads();
    }
    TempStorage& t_;
};

template <class T, int X, int Y = 1, int Z = 1> class BlockDiscontinuity {
public:
    struct TempStorage { T first[X * Y * Z], last[X * Y * Z]; };
    explicit BlockDiscontinuity(TempStorage& t) : t_(t) {}
    template <int N, class B, class F> void FlagHeads(B (&flags)[N], T (&in)[N], F f) { heads(flags, in, f, nullptr); }
    template <int N, class B, class F> void FlagHeads(B (&flags)[N], T (&in)[N], F f, T before) { heads(flags, in, f, &before); }
    template <int N, class B, class F> void FlagTails(B (&flags)[N], T (&in)[N], F f) { tails(flags, in, f, nullptr); }
    template <int N, class B, class F> void FlagTails(B (&flags)[N], T (&in)[N], F f, T after) { tails(flags, in, f, &after); }
    template <int N, class B, class F> void FlagHeadsAndTails(B (&h)[N], B (&t)[N], T (&in)[N], F f) { heads(h, in, f, nullptr), tails(t, in, f, nullptr); }

private:
    template <int N, class B, class F> void heads(B (&flags)[N], T (&in)[N], F f, const T* before) {
        const int i = int(__km_lin());
        t_.last[i] = in[N - 1];
        __syncthreads();
        for (int k = 0; k < N; k++) flags[k] = k == 0 && i == 0 && !before ? B(1) : B(f(k ? in[k - 1] : i ? t_.last[i - 1] : *before, in[k]));
        __syncthreads();
    }
    template <int N, class B, class F> void tails(B (&flags)[N], T (&in)[N], F f, const T* after) {
        const int i = int(__km_lin()), end = X * Y * Z - 1;
        t_.first[i] = in[0];
        __syncthreads();
        for (int k = 0; k < N; k++) flags[k] = k == N - 1 && i == end && !after ? B(1) : B(f(in[k], k < N - 1 ? in[k + 1] : i < end ? t_.first[i + 1] : *after));
        __syncthreads();
    }
    TempStorage& t_;
};

template <class T, int X, int Y = 1, int Z = 1> class BlockShuffle {
public:
    struct TempStorage { T at[X * Y * Z]; };
    explicit BlockShuffle(TempStorage& t) : t_(t) {}
    void Offset(T in, T& out, int distance = 1) { take(in, out, int(__km_lin()) + distance, false); }
    void Rotate(T in, T& out, unsigned distance = 1) { take(in, out, int((__km_lin() + distance) % (X * Y * Z)), false); }

private:
    void take(T in, T& out, int from, bool) {
        t_.at[__km_lin()] = in;
        __syncthreads();
        if (from >= 0 && from < X * Y * Z) out = t_.at[from];
        __syncthreads();
    }
    TempStorage& t_;
};

/// Sorts by comparison, of a block or (through `Lanes`) of each group of lanes.
template <class K, int X, int N, class V, bool WARP> class MergeSortOf {
public:
    struct Pair { K key; V value; };
    struct TempStorage { Pair at[X * N]; };
    explicit MergeSortOf(TempStorage& t) : t_(t) {}
    template <class F> void Sort(K (&k)[N], F f) { sort(k, nullptr, f, X * N, nullptr); }
    template <class F> void Sort(K (&k)[N], F f, int valid, K otherwise) { sort(k, nullptr, f, valid, &otherwise); }
    template <class F> void Sort(K (&k)[N], V (&v)[N], F f) { sort(k, v, f, X * N, nullptr); }
    template <class F> void Sort(K (&k)[N], V (&v)[N], F f, int valid, K otherwise) { sort(k, v, f, valid, &otherwise); }
    template <class F> void StableSort(K (&k)[N], F f) { Sort(k, f); }
    template <class F> void StableSort(K (&k)[N], F f, int valid, K otherwise) { Sort(k, f, valid, otherwise); }
    template <class F> void StableSort(K (&k)[N], V (&v)[N], F f) { Sort(k, v, f); }
    template <class F> void StableSort(K (&k)[N], V (&v)[N], F f, int valid, K otherwise) { Sort(k, v, f, valid, otherwise); }

private:
    static int me() { return WARP ? int(__km_lin()) % X : int(__km_lin()); }
    static void meet() { if constexpr (WARP) __syncwarp(); else __syncthreads(); }
    template <class F> void sort(K* k, V* v, F f, int valid, const K* otherwise) {
        for (int q = 0; q < N; q++) {
            const int i = me() * N + q;
            t_.at[i].key = i < valid || !otherwise ? k[q] : *otherwise;
            if (v) t_.at[i].value = v[q];
        }
        meet();
        if (me() == 0) std::stable_sort(t_.at, t_.at + std::min(valid, X * N), [&](const Pair& a, const Pair& b) { return f(a.key, b.key); });
        meet();
        for (int q = 0; q < N; q++) {
            k[q] = t_.at[me() * N + q].key;
            if (v) v[q] = t_.at[me() * N + q].value;
        }
        meet();
    }
    TempStorage& t_;
};
struct NullType;
template <class K, int X, int N, class V = char, int Y = 1, int Z = 1> class BlockMergeSort : public MergeSortOf<K, X * Y * Z, N, V, false> { using MergeSortOf<K, X * Y * Z, N, V, false>::MergeSortOf; };
template <class K, int N, int W = 32, class V = char> class WarpMergeSort : public MergeSortOf<K, W, N, V, true> { using MergeSortOf<K, W, N, V, true>::MergeSortOf; };

enum WarpLoadAlgorithm { WARP_LOAD_DIRECT, WARP_LOAD_STRIPED, WARP_LOAD_VECTORIZE, WARP_LOAD_TRANSPOSE };
enum WarpStoreAlgorithm { WARP_STORE_DIRECT, WARP_STORE_STRIPED, WARP_STORE_VECTORIZE, WARP_STORE_TRANSPOSE };
template <class T, int N, WarpLoadAlgorithm A = WARP_LOAD_DIRECT, int W = 32> class WarpLoad {
public:
    struct TempStorage { char unused; };
    explicit WarpLoad(TempStorage&) {}
    template <class I> void Load(I p, T (&v)[N]) { for (int k = 0; k < N; k++) v[k] = p[place(k)]; }
    template <class I> void Load(I p, T (&v)[N], int valid) { for (int k = 0; k < N; k++) if (place(k) < valid) v[k] = p[place(k)]; }
    template <class I, class D> void Load(I p, T (&v)[N], int valid, D other) { for (int k = 0; k < N; k++) v[k] = place(k) < valid ? T(p[place(k)]) : T(other); }

private:
    static int place(int k) { const int i = int(__km_lin()) % W; return A == WARP_LOAD_STRIPED ? k * W + i : i * N + k; }
};
template <class T, int N, WarpStoreAlgorithm A = WARP_STORE_DIRECT, int W = 32> class WarpStore {
public:
    struct TempStorage { char unused; };
    explicit WarpStore(TempStorage&) {}
    template <class I> void Store(I p, T (&v)[N]) { for (int k = 0; k < N; k++) p[place(k)] = v[k]; }
    template <class I> void Store(I p, T (&v)[N], int valid) { for (int k = 0; k < N; k++) if (place(k) < valid) p[place(k)] = v[k]; }

private:
    static int place(int k) { const int i = int(__km_lin()) % W; return A == WARP_STORE_STRIPED ? k * W + i : i * N + k; }
};
}  // namespace cub
