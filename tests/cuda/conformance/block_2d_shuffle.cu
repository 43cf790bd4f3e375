// Features: shuffles in two-dimensional blocks, lanes by linear index
#include "check.h"

__global__ void k(int* o) {
    int lin = threadIdx.y * blockDim.x + threadIdx.x;
    int v = __shfl_sync(~0u, lin, 9);
    o[lin] = v + __shfl_up_sync(~0u, int(threadIdx.x), 1);
}
int main() {
    Device<int> o(64);
    k<<<1, dim3(8, 8)>>>(o);
    auto r = o.host();
    for (int i = 0; i < 64; i++) EXPECT(r[i] == i / 32 * 32 + 9 + (i % 32 ? (i - 1) % 8 : i % 8));
    return done();
}
