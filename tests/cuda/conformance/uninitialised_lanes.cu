// Features: a variable that one lane sets and all lanes hand to a shuffle, a ballot that repeats, partial warps as coalesced groups
#include <cooperative_groups.h>
#include "check.h"
namespace cg = cooperative_groups;

// Stable in neither half: what is at most the pivot goes to the front, the rest to the back, each warp at the place its first lane reserves.
__global__ void divide(const unsigned* in, unsigned* out, unsigned n, unsigned pivot, unsigned* counts) {
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31;
    if (i >= n) return;
    unsigned x = in[i];
    cg::coalesced_group active = cg::coalesced_threads();
    unsigned greater = x > pivot, gt = active.ballot(greater);
    if (gt == 0) {
        greater = x >= pivot;
        gt = active.ballot(greater);
    }
    unsigned le = active.ballot(!greater), gts = __popc(gt), les = __popc(le), low, high;
    if (lane == 0) {
        if (les > 0) low = atomicAdd(&counts[0], les);
        if (gts > 0) high = n - (atomicAdd(&counts[1], gts) + gts);
    }
    low = active.shfl((int)low, 0);
    high = active.shfl((int)high, 0);
    unsigned before = (1u << lane) - 1;
    out[(greater ? high : low) + __popc((greater ? gt : le) & before)] = x;
    if (lane == 0 && atomicAdd(&counts[2], les + gts) + les + gts == n) counts[3] = counts[0] + counts[1];
}

__global__ void compact(const int* in, int* out, int n, int* count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x & 31, at;
    bool keep = i < n && in[i] % 3 == 0;
    unsigned m = __ballot_sync(~0u, keep);
    if (lane == 0) at = atomicAdd(count, __popc(m));
    at = __shfl_sync(~0u, at, 0);
    if (keep) out[at + __popc(m & ((1u << lane) - 1))] = in[i];
}

int main() {
    const unsigned n = 5000, pivot = 1u << 31;
    std::vector<unsigned> v(n);
    unsigned seed = 1, low = 0;
    for (auto& x : v) x = seed = seed * 1664525u + 1013904223u;
    for (auto x : v) low += x <= pivot;
    Device<unsigned> in(v), out(n), counts(4);
    divide<<<(n + 511) / 512, 512>>>(in, out, n, pivot, counts);
    auto r = out.host(), c = counts.host();
    EXPECT(c[0] == low && c[1] == n - low && c[3] == n);
    for (unsigned i = 0; i < n; i++) EXPECT((r[i] <= pivot) == (i < low));
    std::sort(r.begin(), r.end());
    std::sort(v.begin(), v.end());
    EXPECT(r == v);

    std::vector<int> w(1000);
    for (int i = 0; i < 1000; i++) w[i] = i;
    Device<int> a(w), b(1000), k(1);
    compact<<<8, 128>>>(a, b, 1000, k);
    EXPECT(k.host()[0] == 334);
    auto s = b.host();
    std::sort(s.begin(), s.begin() + 334);
    for (int i = 0; i < 334; i++) EXPECT(s[i] == 3 * i);
    return done();
}
