// Features: tiles of 64 and 128 threads: sync, shuffles, reduce; asm operands without a comma; vabsdiff4; texture-free sums of differences
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include "check.h"
namespace cg = cooperative_groups;

__global__ void wide(const int* in, int* sums, int* next, int* firsts) {
    __shared__ cg::block_tile_memory<256> scratch;
    auto block = cg::this_thread_block(scratch);
    auto tile = cg::tiled_partition<64>(block);
    const int i = block.thread_rank();
    if (tile.meta_group_rank() != 1) {  // tiles are independent
        sums[i] = cg::reduce(tile, in[i], cg::plus<int>());
        next[i] = tile.shfl_down(in[i], 1);
        firsts[i] = tile.shfl(in[i], 40);
    }
}
__global__ void differences(const unsigned* a, const unsigned* b, unsigned* out) {
    unsigned r;
    asm("vabsdiff4.u32.u32.u32.add %0, %1, %2, %3;" : "=r"(r) : "r"(a[threadIdx.x]), "r"(b[threadIdx.x]) "r"(7u));
    out[threadIdx.x] = r;
}
int main() {
    auto h = ints(256, 1000);
    Device<int> in(h), sums(256), next(256), firsts(256);
    wide<<<1, 256>>>(in, sums, next, firsts);
    for (int i = 0; i < 256; i++) {
        const int t = i / 64 * 64;
        int s = 0;
        for (int k = 0; k < 64; k++) s += h[t + k];
        const bool left_out = t == 64;
        EXPECT(sums.host()[i] == (left_out ? 0 : s));
        EXPECT(next.host()[i] == (left_out ? 0 : h[i % 64 == 63 ? i : i + 1]));
        EXPECT(firsts.host()[i] == (left_out ? 0 : h[t + 40]));
    }
    Device<unsigned> a(std::vector<unsigned>{0x01020304, 0xff000000}), b(std::vector<unsigned>{0x04030201, 0x00000001}), out(2);
    differences<<<1, 2>>>(a, b, out);
    EXPECT(out.host()[0] == 3 + 1 + 1 + 3 + 7 && out.host()[1] == 255 + 1 + 7);
    return done();
}
