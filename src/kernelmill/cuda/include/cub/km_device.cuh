// Device algorithms of cub beyond reduce, scan, sort, select and histogram: by segments, by keys, partitions, transforms.
#pragma once
#include <algorithm>
#include <numeric>
#include <vector>
#include "km_radix.cuh"

namespace cub {
#define KM_STORAGE if (!temp) { bytes = 1; return cudaSuccess; } if (__km_refuse_capture("a device algorithm of cub")) return cudaErrorStreamCaptureUnsupported;
struct DeviceSegmentedReduce {
    template <class I, class O, class B, class E, class F, class T> static cudaError_t Reduce(void* temp, size_t& bytes, I in, O out, long n, B begin, E end, F f, T first, cudaStream_t = nullptr) {
        KM_STORAGE
        for (long s = 0; s < n; s++) {
            T r = first;
            for (long i = long(begin[s]); i < long(end[s]); i++) r = f(r, in[i]);
            out[s] = r;
        }
        return cudaSuccess;
    }
    template <class I, class O, class B, class E> static cudaError_t Sum(void* temp, size_t& bytes, I in, O out, long n, B begin, E end, cudaStream_t s = nullptr) {
        using T = std::decay_t<decltype(in[0])>;
        return Reduce(temp, bytes, in, out, n, begin, end, [](const T& a, const T& b) { return T(a + b); }, T(0), s);
    }
    template <class I, class O, class B, class E> static cudaError_t Max(void* temp, size_t& bytes, I in, O out, long n, B begin, E end, cudaStream_t s = nullptr) {
        using T = std::decay_t<decltype(in[0])>;
        return Reduce(temp, bytes, in, out, n, begin, end, [](const T& a, const T& b) { return a < b ? b : a; }, std::numeric_limits<T>::lowest(), s);
    }
    template <class I, class O, class B, class E> static cudaError_t Min(void* temp, size_t& bytes, I in, O out, long n, B begin, E end, cudaStream_t s = nullptr) {
        using T = std::decay_t<decltype(in[0])>;
        return Reduce(temp, bytes, in, out, n, begin, end, [](const T& a, const T& b) { return b < a ? b : a; }, std::numeric_limits<T>::max(), s);
    }
};
struct DeviceSegmentedRadixSort {
    template <class K, class V, class B, class E> static cudaError_t sort(const K* ki, K* ko, const V* vi, V* vo, long n, long segments, B begin, E end, BitsLess<K> less, bool down) {
        for (long s = 0; s < segments; s++) {
            const long a = long(begin[s]), m = long(end[s]) - a;
            if (m <= 0) continue;
            std::vector<long> order(static_cast<size_t>(m));
            std::iota(order.begin(), order.end(), a);
            std::stable_sort(order.begin(), order.end(), [&](long x, long y) { return down ? less(ki[y], ki[x]) : less(ki[x], ki[y]); });
            std::vector<K> k;
            std::vector<V> v;
            for (long i : order) { k.push_back(ki[i]); if (vi) v.push_back(vi[i]); }
            std::copy(k.begin(), k.end(), ko + a);
            if (vi) std::copy(v.begin(), v.end(), vo + a);
        }
        return cudaSuccess;
    }
    template <class K, class V, class B, class E> static cudaError_t SortPairs(void* temp, size_t& bytes, const K* ki, K* ko, const V* vi, V* vo, long n, long segments, B begin, E end, int lo = 0, int hi = 64, cudaStream_t = nullptr) { KM_STORAGE return sort(ki, ko, vi, vo, n, segments, begin, end, BitsLess<K>{lo, hi}, false); }
    template <class K, class V, class B, class E> static cudaError_t SortPairsDescending(void* temp, size_t& bytes, const K* ki, K* ko, const V* vi, V* vo, long n, long segments, B begin, E end, int lo = 0, int hi = 64, cudaStream_t = nullptr) { KM_STORAGE return sort(ki, ko, vi, vo, n, segments, begin, end, BitsLess<K>{lo, hi}, true); }
    template <class K, class B, class E> static cudaError_t SortKeys(void* temp, size_t& bytes, const K* ki, K* ko, long n, long segments, B begin, E end, int lo = 0, int hi = 64, cudaStream_t = nullptr) { KM_STORAGE return sort(ki, ko, (const char*)nullptr, (char*)nullptr, n, segments, begin, end, BitsLess<K>{lo, hi}, false); }
    template <class K, class B, class E> static cudaError_t SortKeysDescending(void* temp, size_t& bytes, const K* ki, K* ko, long n, long segments, B begin, E end, int lo = 0, int hi = 64, cudaStream_t = nullptr) { KM_STORAGE return sort(ki, ko, (const char*)nullptr, (char*)nullptr, n, segments, begin, end, BitsLess<K>{lo, hi}, true); }
};
using DeviceSegmentedSort = DeviceSegmentedRadixSort;
struct DeviceRunLengthEncode {
    template <class I, class U, class L, class C> static cudaError_t Encode(void* temp, size_t& bytes, I in, U unique, L lengths, C count, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        long runs = 0;
        for (long i = 0; i < n;) {
            long j = i;
            while (j < n && in[j] == in[i]) j++;
            unique[runs] = in[i], lengths[runs] = std::decay_t<decltype(lengths[0])>(j - i), runs++;
            i = j;
        }
        *count = std::decay_t<decltype(*count)>(runs);
        return cudaSuccess;
    }
    template <class I, class O, class L, class C> static cudaError_t NonTrivialRuns(void* temp, size_t& bytes, I in, O offsets, L lengths, C count, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        long runs = 0;
        for (long i = 0; i < n;) {
            long j = i;
            while (j < n && in[j] == in[i]) j++;
            if (j - i > 1) offsets[runs] = std::decay_t<decltype(offsets[0])>(i), lengths[runs] = std::decay_t<decltype(lengths[0])>(j - i), runs++;
            i = j;
        }
        *count = std::decay_t<decltype(*count)>(runs);
        return cudaSuccess;
    }
};
struct DevicePartition {
    template <class I, class F, class O, class C> static cudaError_t Flagged(void* temp, size_t& bytes, I in, F flags, O out, C count, long n, cudaStream_t = nullptr) { KM_STORAGE return by([&](long i) { return bool(flags[i]); }, in, out, count, n); }
    template <class I, class O, class C, class F> static cudaError_t If(void* temp, size_t& bytes, I in, O out, C count, long n, F f, cudaStream_t = nullptr) { KM_STORAGE return by([&](long i) { return bool(f(in[i])); }, in, out, count, n); }

private:
    template <class P, class I, class O, class C> static cudaError_t by(P chosen, I in, O out, C count, long n) {  // what is left comes last, in reverse
        long m = 0, back = n;
        for (long i = 0; i < n; i++)
            if (chosen(i)) out[m++] = in[i];
            else out[--back] = in[i];
        *count = std::decay_t<decltype(*count)>(m);
        return cudaSuccess;
    }
};
struct DeviceMergeSort {
    template <class K, class F> static cudaError_t SortKeys(void* temp, size_t& bytes, K k, long n, F f, cudaStream_t = nullptr) { KM_STORAGE std::stable_sort(k, k + n, f); return cudaSuccess; }
    template <class K, class F> static cudaError_t StableSortKeys(void* temp, size_t& bytes, K k, long n, F f, cudaStream_t = nullptr) { KM_STORAGE std::stable_sort(k, k + n, f); return cudaSuccess; }
    template <class I, class O, class F> static cudaError_t SortKeysCopy(void* temp, size_t& bytes, I in, O out, long n, F f, cudaStream_t = nullptr) { KM_STORAGE std::copy(in, in + n, out); std::stable_sort(out, out + n, f); return cudaSuccess; }
    template <class K, class V, class F> static cudaError_t SortPairs(void* temp, size_t& bytes, K k, V v, long n, F f, cudaStream_t = nullptr) {
        KM_STORAGE
        using A = std::decay_t<decltype(k[0])>;
        using B = std::decay_t<decltype(v[0])>;
        std::vector<std::pair<A, B>> all;
        for (long i = 0; i < n; i++) all.emplace_back(k[i], v[i]);
        std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return f(a.first, b.first); });
        for (long i = 0; i < n; i++) k[i] = all[size_t(i)].first, v[i] = all[size_t(i)].second;
        return cudaSuccess;
    }
    template <class K, class V, class F> static cudaError_t StableSortPairs(void* temp, size_t& bytes, K k, V v, long n, F f, cudaStream_t s = nullptr) { return SortPairs(temp, bytes, k, v, n, f, s); }
};
struct DeviceAdjacentDifference {
    template <class I, class F> static cudaError_t SubtractLeft(void* temp, size_t& bytes, I in, long n, F f, cudaStream_t = nullptr) { KM_STORAGE for (long i = n - 1; i > 0; i--) in[i] = f(in[i], in[i - 1]); return cudaSuccess; }
    template <class I, class O, class F> static cudaError_t SubtractLeftCopy(void* temp, size_t& bytes, I in, O out, long n, F f, cudaStream_t = nullptr) { KM_STORAGE for (long i = n - 1; i >= 0; i--) out[i] = i ? f(in[i], in[i - 1]) : in[i]; return cudaSuccess; }
    template <class I, class O, class F> static cudaError_t SubtractRightCopy(void* temp, size_t& bytes, I in, O out, long n, F f, cudaStream_t = nullptr) { KM_STORAGE for (long i = 0; i < n; i++) out[i] = i < n - 1 ? f(in[i], in[i + 1]) : in[i]; return cudaSuccess; }
};
struct DeviceFor {
    template <class I, class F> static cudaError_t ForEachN(I in, long n, F f, cudaStream_t = nullptr) { for (long i = 0; i < n; i++) f(in[i]); return cudaSuccess; }
    template <class I, class F> static cudaError_t ForEach(I a, I b, F f, cudaStream_t = nullptr) { for (; a != b; ++a) f(*a); return cudaSuccess; }
    template <class S, class F> static cudaError_t Bulk(S n, F f, cudaStream_t = nullptr) { for (S i = 0; i < n; i++) f(i); return cudaSuccess; }
};
struct DeviceTransform {
    template <class I, class O, class F> static cudaError_t Transform(I in, O out, long n, F f, cudaStream_t = nullptr) { for (long i = 0; i < n; i++) out[i] = f(in[i]); return cudaSuccess; }
};
struct DeviceByKey {
    template <class K, class U, class V, class A, class C, class F> static cudaError_t ReduceByKey(void* temp, size_t& bytes, K keys, U unique, V values, A sums, C count, F f, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        long runs = 0;
        for (long i = 0; i < n;) {
            auto sum = values[i];
            long j = i + 1;
            for (; j < n && keys[j] == keys[i]; j++) sum = f(sum, values[j]);
            unique[runs] = keys[i], sums[runs] = sum, runs++;
            i = j;
        }
        *count = std::decay_t<decltype(*count)>(runs);
        return cudaSuccess;
    }
    template <class K, class V, class O, class F> static cudaError_t InclusiveScanByKey(void* temp, size_t& bytes, K keys, V in, O out, F f, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        for (long i = 0; i < n; i++) out[i] = i && keys[i] == keys[i - 1] ? f(out[i - 1], in[i]) : in[i];
        return cudaSuccess;
    }
    template <class K, class V, class O> static cudaError_t InclusiveSumByKey(void* temp, size_t& bytes, K keys, V in, O out, long n, cudaStream_t s = nullptr) {
        return InclusiveScanByKey(temp, bytes, keys, in, out, [](auto a, auto b) { return decltype(a)(a + b); }, n, s);
    }
    template <class K, class V, class O, class F, class T> static cudaError_t ExclusiveScanByKey(void* temp, size_t& bytes, K keys, V in, O out, F f, T first, long n, cudaStream_t = nullptr) {
        KM_STORAGE
        T r = first;
        for (long i = 0; i < n; i++) {
            if (i && !(keys[i] == keys[i - 1])) r = first;
            T next = f(r, in[i]);
            out[i] = r, r = next;
        }
        return cudaSuccess;
    }
    template <class K, class V, class O> static cudaError_t ExclusiveSumByKey(void* temp, size_t& bytes, K keys, V in, O out, long n, cudaStream_t s = nullptr) {
        using T = std::decay_t<decltype(in[0])>;
        return ExclusiveScanByKey(temp, bytes, keys, in, out, [](T a, T b) { return T(a + b); }, T(0), n, s);
    }
};
#undef KM_STORAGE
}  // namespace cub
