// Features: warp-aggregated atomics with __match_any_sync and popc
#include "check.h"

__global__ void histogram(const int* x, int* bins, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int v = i < n ? x[i] : -1;
    unsigned same = __match_any_sync(~0u, v);
    if (v >= 0 && (threadIdx.x & 31) == __ffs(same) - 1) atomicAdd(&bins[v], __popc(same));
}
int main() {
    int n = 1000;
    auto a = ints(n, 8);
    Device<int> x(a), h(8);
    histogram<<<8, 128>>>(x, h, n);
    std::vector<int> want(8);
    for (int v : a) want[v]++;
    EXPECT(h.host() == want);
    return done();
}
