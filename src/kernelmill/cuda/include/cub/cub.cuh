// The parts of cub that kernels use. Block algorithms go through their temporary storage; device algorithms are loops.
#pragma once
#include <algorithm>
#include <numeric>
#include <vector>
#include "../cuda/functional"
#include "../cuda_fp8.h"
#include "../cuda_runtime.h"
#include "../thrust/km_functors.h"
#include "km_block.cuh"
#include "km_device.cuh"
#include "km_radix.cuh"
#include "util_allocator.cuh"

#define CUB_VERSION 200800
#define CUB_PTX_WARP_THREADS 32
#define CUB_PTX_LOG_WARP_THREADS 5

namespace cub {

struct Sum { template <class A, class B> auto operator()(const A& a, const B& b) const { return a + b; } };
struct Max { template <class T> T operator()(const T& a, const T& b) const { return a < b ? b : a; } };
struct Min { template <class T> T operator()(const T& a, const T& b) const { return b < a ? b : a; } };
struct Equality { template <class T> bool operator()(const T& a, const T& b) const { return a == b; } };
struct Inequality { template <class T> bool operator()(const T& a, const T& b) const { return !(a == b); } };
struct Difference { template <class T> T operator()(const T& a, const T& b) const { return a - b; } };
template <class K, class V> struct KeyValuePair {
    using Key = K;
    using Value = V;
    K key;
    V value;
    KeyValuePair() = default;
    KeyValuePair(K k, V v) : key(k), value(v) {}
};
struct ArgMax { template <class P> P operator()(const P& a, const P& b) const { return b.value > a.value || (a.value == b.value && b.key < a.key) ? b : a; } };
struct ArgMin { template <class P> P operator()(const P& a, const P& b) const { return b.value < a.value || (a.value == b.value && b.key < a.key) ? b : a; } };

enum BlockReduceAlgorithm { BLOCK_REDUCE_RAKING_COMMUTATIVE_ONLY, BLOCK_REDUCE_RAKING, BLOCK_REDUCE_WARP_REDUCTIONS };
enum BlockScanAlgorithm { BLOCK_SCAN_RAKING, BLOCK_SCAN_RAKING_MEMOIZE, BLOCK_SCAN_WARP_SCANS };
enum BlockLoadAlgorithm { BLOCK_LOAD_DIRECT, BLOCK_LOAD_STRIPED, BLOCK_LOAD_VECTORIZE, BLOCK_LOAD_TRANSPOSE, BLOCK_LOAD_WARP_TRANSPOSE, BLOCK_LOAD_WARP_TRANSPOSE_TIMESLICED };
enum BlockStoreAlgorithm { BLOCK_STORE_DIRECT, BLOCK_STORE_STRIPED, BLOCK_STORE_VECTORIZE, BLOCK_STORE_TRANSPOSE, BLOCK_STORE_WARP_TRANSPOSE, BLOCK_STORE_WARP_TRANSPOSE_TIMESLICED };
enum BlockHistogramAlgorithm { BLOCK_HISTO_SORT, BLOCK_HISTO_ATOMIC };
enum CacheLoadModifier { LOAD_DEFAULT, LOAD_CA, LOAD_CG, LOAD_CS, LOAD_CV, LOAD_LDG, LOAD_VOLATILE };
template <CacheLoadModifier M, class I> auto ThreadLoad(I p) { return *p; }
inline unsigned LaneId() { return km::lane(); }
inline unsigned WarpId() { return km::warp_of_block(); }

template <class T, int X, BlockReduceAlgorithm A = BLOCK_REDUCE_WARP_REDUCTIONS, int Y = 1, int Z = 1, int P = 0> class BlockReduce {
public:
    static constexpr int threads = X * Y * Z;
    struct TempStorage { T part[threads]; };
    explicit BlockReduce(TempStorage& t) : t_(t) {}
    template <class F> T Reduce(T v, F f, int valid = threads) {
        const int i = int(__km_lin());
        t_.part[i] = v;
        __syncthreads();
        T r = v;
        if (i == 0)
            for (int k = 1; k < valid && k < threads; k++) r = f(r, t_.part[k]);
        __syncthreads();
        return r;
    }
    template <int N, class F> T Reduce(T (&v)[N], F f) {
        T r = v[0];
        for (int k = 1; k < N; k++) r = f(r, v[k]);
        return Reduce(r, f);
    }
    T Sum(T v) { return Reduce(v, cub::Sum()); }
    T Sum(T v, int valid) { return Reduce(v, cub::Sum(), valid); }
    template <int N> T Sum(T (&v)[N]) { return Reduce(v, cub::Sum()); }

private:
    TempStorage& t_;
};

template <class T, int X, BlockScanAlgorithm A = BLOCK_SCAN_RAKING, int Y = 1, int Z = 1, int P = 0> class BlockScan {
public:
    static constexpr int threads = X * Y * Z;
    struct TempStorage { T part[threads]; T prefix; };
    explicit BlockScan(TempStorage& t) : t_(t) {}
    template <class F> void InclusiveScan(T v, T& out, F f) { T total; InclusiveScan(v, out, f, total); }
    template <class F> void InclusiveScan(T v, T& out, F f, T& total) {
        scan(v, f);
        out = t_.part[__km_lin()];
        total = t_.part[threads - 1];
        __syncthreads();
    }
    template <class F> void ExclusiveScan(T v, T& out, T first, F f) { T total; ExclusiveScan(v, out, first, f, total); }
    template <class F> void ExclusiveScan(T v, T& out, T first, F f, T& total) {
        scan(v, f);
        const int i = int(__km_lin());
        out = i ? f(first, t_.part[i - 1]) : first;
        total = t_.part[threads - 1];
        __syncthreads();
    }
    void InclusiveSum(T v, T& out) { InclusiveScan(v, out, cub::Sum()); }
    void InclusiveSum(T v, T& out, T& total) { InclusiveScan(v, out, cub::Sum(), total); }
    void ExclusiveSum(T v, T& out) { ExclusiveScan(v, out, T(0), cub::Sum()); }
    void ExclusiveSum(T v, T& out, T& total) { ExclusiveScan(v, out, T(0), cub::Sum(), total); }
    template <class Prefix> void ExclusiveSum(T v, T& out, T& total, Prefix& prefix) {
        ExclusiveScan(v, out, T(0), cub::Sum(), total);
        if (__km_lin() == 0) t_.prefix = prefix(total);
        __syncthreads();
        out = t_.prefix + out;
        __syncthreads();
    }
    template <class Prefix> void InclusiveSum(T v, T& out, T& total, Prefix& prefix) {
        InclusiveScan(v, out, cub::Sum(), total);
        if (__km_lin() == 0) t_.prefix = prefix(total);
        __syncthreads();
        out = t_.prefix + out;
        __syncthreads();
    }
    template <class F> void ExclusiveScan(T v, T& out, F f) { ExclusiveScan(v, out, T(), f); }
    template <int N, class F> void InclusiveScan(T (&v)[N], T (&out)[N], F f) { T total; InclusiveScan(v, out, f, total); }
    template <int N, class F> void InclusiveScan(T (&v)[N], T (&out)[N], F f, T& total) { items(v, out, f, total, nullptr, true); }
    template <int N, class F> void ExclusiveScan(T (&v)[N], T (&out)[N], T first, F f) { T total; items(v, out, f, total, &first, false); }
    template <int N, class F> void ExclusiveScan(T (&v)[N], T (&out)[N], T first, F f, T& total) { items(v, out, f, total, &first, false); }
    template <int N, class F, class Prefix> auto InclusiveScan(T (&v)[N], T (&out)[N], F f, Prefix& prefix) -> std::enable_if_t<!std::is_same_v<Prefix, T>> {
        T total, first;
        whole(v, f, total);
        if (__km_lin() == 0) t_.prefix = prefix(total);
        __syncthreads();
        first = t_.prefix;
        items(v, out, f, total, &first, true);
    }
    template <int N, class F, class Prefix> auto ExclusiveScan(T (&v)[N], T (&out)[N], F f, Prefix& prefix) -> std::enable_if_t<std::is_class_v<Prefix>> {
        T total, first;
        whole(v, f, total);
        if (__km_lin() == 0) t_.prefix = prefix(total);
        __syncthreads();
        first = t_.prefix;
        items(v, out, f, total, &first, false);
    }
    template <int N, class Prefix> auto ExclusiveSum(T (&v)[N], T (&out)[N], Prefix& prefix) -> std::enable_if_t<std::is_class_v<Prefix>> { ExclusiveScan(v, out, cub::Sum(), prefix); }
    template <int N, class Prefix> auto InclusiveSum(T (&v)[N], T (&out)[N], Prefix& prefix) -> std::enable_if_t<std::is_class_v<Prefix>> { InclusiveScan(v, out, cub::Sum(), prefix); }
    template <int N> void InclusiveSum(T (&v)[N], T (&out)[N]) { T total; several(v, out, total, true); }
    template <int N> void InclusiveSum(T (&v)[N], T (&out)[N], T& total) { several(v, out, total, true); }
    template <int N> void ExclusiveSum(T (&v)[N], T (&out)[N]) { T total; several(v, out, total, false); }
    template <int N> void ExclusiveSum(T (&v)[N], T (&out)[N], T& total) { several(v, out, total, false); }

private:
    template <class F> void scan(T v, F f) {
        t_.part[__km_lin()] = v;
        __syncthreads();
        if (__km_lin() == 0)
            for (int k = 1; k < threads; k++) t_.part[k] = f(t_.part[k - 1], t_.part[k]);
        __syncthreads();
    }
    template <int N> void several(T (&v)[N], T (&out)[N], T& total, bool inclusive) {
        T sum = 0, before;
        for (int k = 0; k < N; k++) sum = sum + v[k];
        ExclusiveSum(sum, before, total);
        for (int k = 0; k < N; k++) {
            T next = before + v[k];
            out[k] = inclusive ? next : before;
            before = next;
        }
    }
    template <int N, class F> void whole(T (&v)[N], F f, T& total) {
        T sum = v[0];
        for (int k = 1; k < N; k++) sum = f(sum, v[k]);
        scan(sum, f);
        total = t_.part[threads - 1];
        __syncthreads();
    }
    /// `total` is of the items alone; an inclusive scan may start from `first` too.
    template <int N, class F> void items(T (&v)[N], T (&out)[N], F f, T& total, const T* first, bool inclusive) {
        T sum = v[0];
        for (int k = 1; k < N; k++) sum = f(sum, v[k]);
        scan(sum, f);
        const int i = int(__km_lin());
        bool any = i > 0 || first;
        T before = i > 0 ? (first ? f(*first, t_.part[i - 1]) : t_.part[i - 1]) : first ? *first : v[0];
        total = t_.part[threads - 1];
        __syncthreads();
        for (int k = 0; k < N; k++) {
            T next = any ? f(before, v[k]) : v[k];
            out[k] = inclusive ? next : before;
            before = next, any = true;
        }
    }
    TempStorage& t_;
};

template <class T, int W = 32> class WarpReduce {
public:
    struct TempStorage { char unused; };
    explicit WarpReduce(TempStorage&) {}
    template <class F> T Reduce(T v, F f, int valid = W) {
        for (int d = 1; d < W; d *= 2) {
            T o = __shfl_down_sync(~0u, v, unsigned(d), W);
            if (int(km::lane()) % W + d < valid) v = f(v, o);
        }
        return v;
    }
    T Sum(T v) { return Reduce(v, cub::Sum()); }
    T Sum(T v, int valid) { return Reduce(v, cub::Sum(), valid); }
};

template <class T, int W = 32> class WarpScan {
public:
    struct TempStorage { char unused; };
    explicit WarpScan(TempStorage&) {}
    template <class F> void InclusiveScan(T v, T& out, F f) {
        for (int d = 1; d < W; d *= 2) {
            T o = __shfl_up_sync(~0u, v, unsigned(d), W);
            if (int(km::lane()) % W >= d) v = f(o, v);
        }
        out = v;
    }
    void InclusiveSum(T v, T& out) { InclusiveScan(v, out, cub::Sum()); }
    void InclusiveSum(T v, T& out, T& total) { InclusiveScan(v, out, cub::Sum()); total = __shfl_sync(~0u, out, W - 1, W); }
    template <class F> void ExclusiveScan(T v, T& out, T first, F f) {
        T s;
        InclusiveScan(v, s, f);
        T o = __shfl_up_sync(~0u, s, 1, W);
        out = int(km::lane()) % W ? f(first, o) : first;
    }
    void ExclusiveSum(T v, T& out) { ExclusiveScan(v, out, T(0), cub::Sum()); }
    void ExclusiveSum(T v, T& out, T& total) { T s; InclusiveSum(v, s, total); out = s - v; }
    T Broadcast(T v, unsigned lane) { return __shfl_sync(~0u, v, int(lane), W); }

};

template <class T, int X, int N, BlockLoadAlgorithm A = BLOCK_LOAD_DIRECT, int Y = 1, int Z = 1> class BlockLoad {
public:
    struct TempStorage { char unused; };
    BlockLoad() = default;
    explicit BlockLoad(TempStorage&) {}
    template <class I> void Load(I p, T (&v)[N]) { for (int k = 0; k < N; k++) v[k] = p[place(k)]; }
    template <class I> void Load(I p, T (&v)[N], int valid) { for (int k = 0; k < N; k++) if (place(k) < valid) v[k] = p[place(k)]; }
    template <class I, class D> void Load(I p, T (&v)[N], int valid, D other) { for (int k = 0; k < N; k++) v[k] = place(k) < valid ? T(p[place(k)]) : T(other); }
private:
    static int place(int k) { return A == BLOCK_LOAD_STRIPED ? k * X * Y * Z + int(__km_lin()) : int(__km_lin()) * N + k; }
};
template <class T, int X, int N, BlockStoreAlgorithm A = BLOCK_STORE_DIRECT, int Y = 1, int Z = 1> class BlockStore {
public:
    struct TempStorage { char unused; };
    BlockStore() = default;
    explicit BlockStore(TempStorage&) {}
    template <class I> void Store(I p, T (&v)[N]) { for (int k = 0; k < N; k++) p[place(k)] = v[k]; }
    template <class I> void Store(I p, T (&v)[N], int valid) { for (int k = 0; k < N; k++) if (place(k) < valid) p[place(k)] = v[k]; }
private:
    static int place(int k) { return A == BLOCK_STORE_STRIPED ? k * X * Y * Z + int(__km_lin()) : int(__km_lin()) * N + k; }
};

struct NullType {};
template <class K, int X, int N, class V = NullType, int R = 4, bool M = true, BlockScanAlgorithm A = BLOCK_SCAN_WARP_SCANS, int Y = 1, int Z = 1> class BlockRadixSort {
public:
    struct Pair { K key; V value; };
    struct TempStorage { Pair at[X * Y * Z * N]; };
    explicit BlockRadixSort(TempStorage& t) : t_(t) {}
    void Sort(K (&k)[N], int a = 0, int b = 64) { sort(k, nullptr, {a, b}, false, false); }
    void SortDescending(K (&k)[N], int a = 0, int b = 64) { sort(k, nullptr, {a, b}, true, false); }
    void SortBlockedToStriped(K (&k)[N], int a = 0, int b = 64) { sort(k, nullptr, {a, b}, false, true); }
    void SortDescendingBlockedToStriped(K (&k)[N], int a = 0, int b = 64) { sort(k, nullptr, {a, b}, true, true); }
    void Sort(K (&k)[N], V (&v)[N], int a = 0, int b = 64) { sort(k, v, {a, b}, false, false); }
    void SortDescending(K (&k)[N], V (&v)[N], int a = 0, int b = 64) { sort(k, v, {a, b}, true, false); }
    void SortBlockedToStriped(K (&k)[N], V (&v)[N], int a = 0, int b = 64) { sort(k, v, {a, b}, false, true); }
    void SortDescendingBlockedToStriped(K (&k)[N], V (&v)[N], int a = 0, int b = 64) { sort(k, v, {a, b}, true, true); }
private:
    void sort(K* k, V* v, BitsLess<K> less, bool down, bool striped) {
        constexpr int threads = X * Y * Z;
        const int i = int(__km_lin());
        for (int q = 0; q < N; q++) { t_.at[i * N + q].key = k[q]; if (v) t_.at[i * N + q].value = v[q]; }
        __syncthreads();
        if (i == 0) std::stable_sort(t_.at, t_.at + threads * N, [&](const Pair& a, const Pair& b) { return down ? less(b.key, a.key) : less(a.key, b.key); });
        __syncthreads();
        for (int q = 0; q < N; q++) { const int at = striped ? q * threads + i : i * N + q; k[q] = t_.at[at].key; if (v) v[q] = t_.at[at].value; }
        __syncthreads();
    }
    TempStorage& t_;
};

template <class T, int X, int N, int BINS, BlockHistogramAlgorithm A = BLOCK_HISTO_SORT> class BlockHistogram {
public:
    struct TempStorage { char unused; };
    explicit BlockHistogram(TempStorage&) {}
    template <class C> void InitHistogram(C (&h)[BINS]) { for (int k = int(__km_lin()); k < BINS; k += X) h[k] = 0; }
    template <class C> void Composite(T (&v)[N], C (&h)[BINS]) { __syncthreads(); for (int k = 0; k < N; k++) atomicAdd(&h[v[k]], C(1)); __syncthreads(); }
    template <class C> void Histogram(T (&v)[N], C (&h)[BINS]) { InitHistogram(h); Composite(v, h); }
};

template <class T> struct DoubleBuffer {
    T* d_buffers[2];
    int selector = 0;
    DoubleBuffer(T* a, T* b) : d_buffers{a, b} {}
    T* Current() { return d_buffers[selector]; }
    T* Alternate() { return d_buffers[selector ^ 1]; }
};
template <class V> struct CountingInputIterator {
    V at;
    CountingInputIterator(V v) : at(v) {}
    V operator[](long i) const { return V(at + i); }
    V operator*() const { return at; }
};
template <class V, class F, class I> struct TransformInputIterator {
    I in;
    F f;
    TransformInputIterator(I i, F g) : in(i), f(g) {}
    V operator[](long i) const { return f(in[i]); }
};

#define KM_STORAGE if (!temp) { bytes = 1; return cudaSuccess; } if (__km_refuse_capture("a device algorithm of cub")) return cudaErrorStreamCaptureUnsupported;
struct DeviceReduce : DeviceByKey {
    template <class I, class O, class F, class T> static cudaError_t Reduce(void* temp, size_t& bytes, I in, O out, long n, F f, T first, cudaStream_t = nullptr) {
        KM_STORAGE
        T r = first;
        for (long i = 0; i < n; i++) r = f(r, in[i]);
        *out = r;
        return cudaSuccess;
    }
    template <class I, class O> static cudaError_t Sum(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        using T = std::decay_t<decltype(in[0])>;
        std::conditional_t<std::is_same_v<T, float>, double, T> r = T(0);
        for (long i = 0; i < n; i++) r = r + in[i];
        *out = r;
        return cudaSuccess;
    }
    template <class I, class O> static cudaError_t Max(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t = nullptr) { KM_STORAGE *out = *std::max_element(&in[0], &in[0] + n); return cudaSuccess; }
    template <class I, class O> static cudaError_t Min(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t = nullptr) { KM_STORAGE *out = *std::min_element(&in[0], &in[0] + n); return cudaSuccess; }
    template <class I, class O> static cudaError_t ArgMax(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t = nullptr) { KM_STORAGE auto p = std::max_element(&in[0], &in[0] + n); out->key = int(p - &in[0]); out->value = *p; return cudaSuccess; }
    template <class I, class O> static cudaError_t ArgMin(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t = nullptr) { KM_STORAGE auto p = std::min_element(&in[0], &in[0] + n); out->key = int(p - &in[0]); out->value = *p; return cudaSuccess; }
};
struct DeviceScan : DeviceByKey {
    template <class I, class O, class F, class T> static cudaError_t ExclusiveScan(void* temp, size_t& bytes, I in, O out, F f, T first, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        T r = first;
        for (long i = 0; i < n; i++) { T next = f(r, in[i]); out[i] = r; r = next; }
        return cudaSuccess;
    }
    template <class I, class O, class F> static cudaError_t InclusiveScan(void* temp, size_t& bytes, I in, O out, F f, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        if (n <= 0) return cudaSuccess;
        auto r = in[0];
        out[0] = r;
        for (long i = 1; i < n; i++) out[i] = r = f(r, in[i]);
        return cudaSuccess;
    }
    template <class I, class O> static cudaError_t ExclusiveSum(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t s = nullptr) { return ExclusiveScan(temp, bytes, in, out, cub::Sum(), std::decay_t<decltype(in[0])>(0), n, s); }
    template <class I, class O> static cudaError_t InclusiveSum(void* temp, size_t& bytes, I in, O out, long n, cudaStream_t s = nullptr) { return InclusiveScan(temp, bytes, in, out, cub::Sum(), n, s); }
};
struct DeviceRadixSort {
    template <class K, class V> static cudaError_t pairs(const K* ki, K* ko, const V* vi, V* vo, long n, BitsLess<K> less, bool down) {
        std::vector<long> order(static_cast<size_t>(n));
        std::iota(order.begin(), order.end(), 0l);
        std::stable_sort(order.begin(), order.end(), [&](long a, long b) { return down ? less(ki[b], ki[a]) : less(ki[a], ki[b]); });
        std::vector<K> k(static_cast<size_t>(n));
        std::vector<V> v(static_cast<size_t>(n));
        for (long i = 0; i < n; i++) k[size_t(i)] = ki[order[size_t(i)]], v[size_t(i)] = vi[order[size_t(i)]];
        std::copy(k.begin(), k.end(), ko);
        std::copy(v.begin(), v.end(), vo);
        return cudaSuccess;
    }
    template <class K> static cudaError_t keys(const K* ki, K* ko, long n, BitsLess<K> less, bool down) {
        std::vector<K> k(ki, ki + n);
        std::stable_sort(k.begin(), k.end(), [&](const K& a, const K& b) { return down ? less(b, a) : less(a, b); });
        std::copy(k.begin(), k.end(), ko);
        return cudaSuccess;
    }
#define KM_SORT(suffix, down) \
    template <class K, class V> static cudaError_t SortPairs##suffix(void* temp, size_t& bytes, const K* ki, K* ko, const V* vi, V* vo, long n, int a = 0, int b = 64, cudaStream_t = nullptr) { KM_STORAGE return pairs(ki, ko, vi, vo, n, BitsLess<K>{a, b}, down); } \
    template <class K, class V> static cudaError_t SortPairs##suffix(void* temp, size_t& bytes, DoubleBuffer<K>& k, DoubleBuffer<V>& v, long n, int a = 0, int b = 64, cudaStream_t = nullptr) { KM_STORAGE return pairs(k.Current(), k.Current(), v.Current(), v.Current(), n, BitsLess<K>{a, b}, down); } \
    template <class K> static cudaError_t SortKeys##suffix(void* temp, size_t& bytes, const K* ki, K* ko, long n, int a = 0, int b = 64, cudaStream_t = nullptr) { KM_STORAGE return keys(ki, ko, n, BitsLess<K>{a, b}, down); } \
    template <class K> static cudaError_t SortKeys##suffix(void* temp, size_t& bytes, DoubleBuffer<K>& k, long n, int a = 0, int b = 64, cudaStream_t = nullptr) { KM_STORAGE return keys(k.Current(), k.Current(), n, BitsLess<K>{a, b}, down); }
    KM_SORT(, false)
    KM_SORT(Descending, true)
#undef KM_SORT
};
struct DeviceSelect {
    template <class I, class F, class O, class C> static cudaError_t Flagged(void* temp, size_t& bytes, I in, F flags, O out, C count, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        long m = 0;
        for (long i = 0; i < n; i++) if (flags[i]) out[m++] = in[i];
        *count = std::decay_t<decltype(*count)>(m);
        return cudaSuccess;
    }
    template <class I, class O, class C, class F> static cudaError_t If(void* temp, size_t& bytes, I in, O out, C count, long n, F f, cudaStream_t = nullptr) {
        KM_STORAGE
        long m = 0;
        for (long i = 0; i < n; i++) if (f(in[i])) out[m++] = in[i];
        *count = std::decay_t<decltype(*count)>(m);
        return cudaSuccess;
    }
    template <class I, class O, class C> static cudaError_t Unique(void* temp, size_t& bytes, I in, O out, C count, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        long m = 0;
        for (long i = 0; i < n; i++) if (!i || !(in[i] == in[i - 1])) out[m++] = in[i];
        *count = std::decay_t<decltype(*count)>(m);
        return cudaSuccess;
    }
};
struct DeviceHistogram {
    template <class I, class C, class L> static cudaError_t HistogramEven(void* temp, size_t& bytes, I in, C* h, int levels, L lo, L hi, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        std::fill(h, h + levels - 1, C(0));
        for (long i = 0; i < n; i++)
            if (!(in[i] < lo) && in[i] < hi) h[std::min(levels - 2, int((double(in[i]) - double(lo)) * (levels - 1) / (double(hi) - double(lo))))]++;
        return cudaSuccess;
    }
};
#undef KM_STORAGE
}  // namespace cub
