// Features: cub's block exchange, adjacent difference, discontinuity, merge sort, radix sort of some bits; scans of several items; device algorithms by segments and keys
#include <cub/cub.cuh>
#include "check.h"

struct Running {
    int total;
    __device__ int operator()(int block) { int old = total; total += block; return old; }
};
struct Less { __device__ bool operator()(int a, int b) const { return a < b; } };

__global__ void blocks(const int* in, int* exchanged, int* differences, int* heads, int* merged, int* by_bits, int* scanned, int* maxima) {
    constexpr int T = 64, N = 4;
    using Exchange = cub::BlockExchange<int, T, N>;
    using Difference = cub::BlockAdjacentDifference<int, T>;
    using Heads = cub::BlockDiscontinuity<int, T>;
    using Merge = cub::BlockMergeSort<int, T, N>;
    using Radix = cub::BlockRadixSort<int, T, N>;
    using Scan = cub::BlockScan<int, T>;
    __shared__ union {
        typename Exchange::TempStorage exchange;
        typename Difference::TempStorage difference;
        typename Heads::TempStorage heads;
        typename Merge::TempStorage merge;
        typename Radix::TempStorage radix;
        typename Scan::TempStorage scan;
    } s;
    int v[N], w[N], f[N];
    const int at = threadIdx.x * N;
    for (int k = 0; k < N; k++) v[k] = in[k * T + threadIdx.x];
    Exchange(s.exchange).StripedToBlocked(v);
    for (int k = 0; k < N; k++) exchanged[at + k] = v[k];
    __syncthreads();
    Difference(s.difference).SubtractLeft(v, w, cub::Difference());
    for (int k = 0; k < N; k++) differences[at + k] = w[k];
    __syncthreads();
    for (int k = 0; k < N; k++) w[k] = v[k] / 50;
    Heads(s.heads).FlagHeads(f, w, cub::Inequality());
    for (int k = 0; k < N; k++) heads[at + k] = f[k];
    __syncthreads();
    for (int k = 0; k < N; k++) w[k] = v[k];
    Merge(s.merge).Sort(w, Less());
    for (int k = 0; k < N; k++) merged[at + k] = w[k];
    __syncthreads();
    for (int k = 0; k < N; k++) w[k] = v[k];
    Radix(s.radix).Sort(w, 4, 8);
    for (int k = 0; k < N; k++) by_bits[at + k] = w[k];
    __syncthreads();
    Running carry{1000};
    Scan(s.scan).ExclusiveSum(v, w, carry);
    for (int k = 0; k < N; k++) scanned[at + k] = w[k];
    __syncthreads();
    Scan(s.scan).InclusiveScan(v, w, cub::Max());
    for (int k = 0; k < N; k++) maxima[at + k] = w[k];
}

int main() {
    const int n = 256;
    auto h = ints(n, 200);
    Device<int> in(h), exchanged(n), differences(n), heads(n), merged(n), by_bits(n), scanned(n), maxima(n);
    blocks<<<1, 64>>>(in, exchanged, differences, heads, merged, by_bits, scanned, maxima);
    auto sorted = h, bits = h;
    std::sort(sorted.begin(), sorted.end());
    std::stable_sort(bits.begin(), bits.end(), [](int a, int b) { return (a >> 4 & 15) < (b >> 4 & 15); });
    int sum = 1000, top = h[0];
    for (int i = 0; i < n; i++) {
        top = std::max(top, h[i]);
        EXPECT(exchanged.host()[i] == h[i]);
        EXPECT(differences.host()[i] == (i ? h[i] - h[i - 1] : h[0]));
        EXPECT(heads.host()[i] == (i == 0 || h[i] / 50 != h[i - 1] / 50));
        EXPECT(merged.host()[i] == sorted[i] && by_bits.host()[i] == bits[i]);
        EXPECT(scanned.host()[i] == sum && maxima.host()[i] == top);
        sum += h[i];
    }
    // Keys of a float in descending order; some bits of unsigned keys with their values.
    auto f = floats(100);
    f[7] = -0.0f;
    Device<float> fi(f), fo(100);
    void* temp = nullptr;
    size_t bytes = 0;
    cub::DeviceRadixSort::SortKeysDescending(temp, bytes, (float*)fi, (float*)fo, 100);
    cudaMalloc(&temp, bytes);
    cub::DeviceRadixSort::SortKeysDescending(temp, bytes, (float*)fi, (float*)fo, 100);
    std::sort(f.rbegin(), f.rend());
    for (int i = 0; i < 100; i++) EXPECT(fo.host()[i] == f[i]);
    std::vector<unsigned> keys = {0x31, 0x12, 0x23, 0x11};
    std::vector<int> values = {0, 1, 2, 3};
    Device<unsigned> ki(keys), ko(4);
    Device<int> vi(values), vo(4);
    cub::DeviceRadixSort::SortPairs(temp, bytes, (unsigned*)ki, (unsigned*)ko, (int*)vi, (int*)vo, 4, 0, 4);
    EXPECT((vo.host() == std::vector<int>{0, 3, 1, 2}));
    // Segments, runs, sums by key, partition.
    std::vector<int> offsets = {0, 3, 3, 8}, data = {5, 1, 4, 2, 2, 2, 9, 9};
    Device<int> o(offsets), d(data), r(3), u(8), c(8), m(1), p(8);
    cub::DeviceSegmentedReduce::Sum(temp, bytes, (int*)d, (int*)r, 3, (int*)o, (int*)o + 1);
    EXPECT((r.host() == std::vector<int>{10, 0, 24}));
    cub::DeviceRunLengthEncode::Encode(temp, bytes, (int*)d, (int*)u, (int*)c, (int*)m, 8);
    EXPECT(m.host()[0] == 5 && u.host()[3] == 2 && c.host()[3] == 3 && c.host()[4] == 2);
    cub::DeviceReduce::ReduceByKey(temp, bytes, (int*)d, (int*)u, (int*)d, (int*)c, (int*)m, cub::Sum(), 8);
    EXPECT(m.host()[0] == 5 && c.host()[3] == 6 && c.host()[4] == 18);
    cub::DeviceScan::InclusiveSumByKey(temp, bytes, (int*)d, (int*)d, (int*)p, 8);
    EXPECT(p.host()[5] == 6 && p.host()[7] == 18);
    cub::DevicePartition::If(temp, bytes, (int*)d, (int*)p, (int*)m, 8, [] __host__ __device__(int x) { return x > 3; });
    EXPECT((m.host()[0] == 4 && p.host() == std::vector<int>{5, 4, 9, 9, 2, 2, 2, 1}));
    return done();
}
