// Features: a recursive function that asks for threadIdx and reduces over the warp
#include "check.h"

__device__ int depth(int n) { return n == 0 ? int(threadIdx.x) : 1 + depth(n - 1); }
__global__ void k(int* o) {
    int v = depth(threadIdx.x % 5);
    v += __shfl_xor_sync(~0u, v, 1);
    o[threadIdx.x] = v;
}
int main() {
    Device<int> o(64);
    k<<<1, 64>>>(o);
    auto r = o.host();
    for (int i = 0; i < 64; i++) EXPECT(r[i] == i + i % 5 + (i ^ 1) + (i ^ 1) % 5);
    return done();
}
