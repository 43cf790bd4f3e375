// Features: cooperative groups: block, tiles of 32, 16, 4, shfl, ballot, meta ranks
#include <cooperative_groups.h>
#include "check.h"

namespace cg = cooperative_groups;
template <unsigned N> __device__ int tile_sum(cg::thread_block_tile<N> t, int v) {
    for (int d = t.size() / 2; d > 0; d /= 2) v += t.shfl_down(v, d);
    return v;
}
__global__ void k(const int* x, int* o) {
    cg::thread_block b = cg::this_thread_block();
    auto w = cg::tiled_partition<32>(b);
    auto h = cg::tiled_partition<16>(w);
    auto q = cg::tiled_partition<4>(b);
    int v = x[b.thread_rank()];
    int s32 = tile_sum(w, v), s16 = tile_sum(h, v), s4 = tile_sum(q, v);
    if (w.thread_rank() == 0) atomicAdd(&o[0], s32);
    if (h.thread_rank() == 0) atomicAdd(&o[1], s16);
    if (q.thread_rank() == 0) atomicAdd(&o[2], s4);
    b.sync();
    unsigned big = h.ballot(v > 50);
    if (h.thread_rank() == 3) o[4 + b.thread_rank() / 16] = int(big);
    if (b.thread_rank() == 0) o[3] = b.size() + b.group_dim().x;
}
int main() {
    auto a = ints(64, 100);
    Device<int> x(a), o(8);
    k<<<1, 64>>>(x, o);
    int s = 0;
    for (int v : a) s += v;
    auto r = o.host();
    EXPECT(r[0] == s && r[1] == s && r[2] == s && r[3] == 128);
    for (int h = 0; h < 4; h++) {
        int m = 0;
        for (int i = 0; i < 16; i++) m |= (a[h * 16 + i] > 50) << i;
        EXPECT(r[4 + h] == m);
    }
    return done();
}
