// Features: cuda::barrier arrive and wait, cuda::memcpy_async, pipeline
#include <cooperative_groups.h>
#include <cuda/barrier>
#include "check.h"

__global__ void k(const int* x, int* o, int n) {
    __shared__ cuda::barrier<cuda::thread_scope_block> bar;
    __shared__ int s[64];
    auto g = cooperative_groups::this_thread_block();
    if (threadIdx.x == 0) init(&bar, blockDim.x);
    __syncthreads();
    for (int r = 0; r < n; r++) {
        cuda::memcpy_async(g, s, x + r * 64, sizeof(int) * 64, bar);
        bar.arrive_and_wait();
        o[r * 64 + threadIdx.x] = s[63 - threadIdx.x] + 1;
        auto token = bar.arrive();
        bar.wait(std::move(token));
    }
}
int main() {
    auto a = ints(256, 100);
    Device<int> x(a), o(256);
    k<<<1, 64>>>(x, o, 4);
    auto r = o.host();
    for (int i = 0; i < 256; i++) EXPECT(r[i] == a[i / 64 * 64 + 63 - i % 64] + 1);
    return done();
}
