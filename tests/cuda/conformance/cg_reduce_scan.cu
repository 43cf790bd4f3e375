// Features: cooperative groups: reduce, inclusive_scan, coalesced_threads
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include "check.h"

namespace cg = cooperative_groups;
__global__ void k(const int* x, int* o) {
    auto w = cg::tiled_partition<32>(cg::this_thread_block());
    int i = threadIdx.x, v = x[i];
    o[i] = cg::reduce(w, v, cg::plus<int>());
    o[64 + i] = cg::reduce(w, v, cg::greater<int>());
    o[128 + i] = cg::inclusive_scan(w, v);
    o[192 + i] = cg::exclusive_scan(w, v, cg::plus<int>());
    if (v % 2 == 0) {
        auto g = cg::coalesced_threads();
        o[256 + i] = int(g.size()) * 100 + int(g.thread_rank());
    }
}
int main() {
    auto a = ints(64, 100);
    Device<int> x(a), o(320);
    k<<<1, 64>>>(x, o);
    auto r = o.host();
    for (int w = 0; w < 2; w++) {
        int s = 0, hi = 0, even = 0;
        for (int i = 0; i < 32; i++) s += a[w * 32 + i], hi = std::max(hi, a[w * 32 + i]), even += a[w * 32 + i] % 2 == 0;
        for (int i = 0, run = 0, e = 0; i < 32; i++) {
            int t = w * 32 + i;
            EXPECT(r[t] == s && r[64 + t] == hi && r[192 + t] == run && r[128 + t] == (run += a[t]));
            if (a[t] % 2 == 0) EXPECT(r[256 + t] == even * 100 + e++);
        }
    }
    return done();
}
