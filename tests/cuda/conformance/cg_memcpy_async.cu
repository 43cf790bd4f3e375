// Features: cooperative groups: memcpy_async into shared memory, wait, a block as a group
#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>
#include "check.h"

namespace cg = cooperative_groups;
__global__ void reverse(const int* x, int* y) {
    extern __shared__ int s[];
    auto block = cg::this_thread_block();
    cg::memcpy_async(block, s, x + blockIdx.x * block.size(), sizeof(int) * block.size());
    cg::wait(block);
    y[blockIdx.x * block.size() + block.thread_rank()] = s[block.size() - 1 - block.thread_rank()];
}
int main() {
    auto a = ints(300, 1000);
    Device<int> x(a), y(300);
    reverse<<<3, 100, 100 * sizeof(int)>>>(x, y);
    auto r = y.host();
    for (int i = 0; i < 300; i++) EXPECT(r[i] == a[i / 100 * 100 + 99 - i % 100]);
    return done();
}
