// Features: shared-memory atomics, several blocks
#include "check.h"

__global__ void histogram(const int* x, int* bins, int n) {
    __shared__ int local[32];
    if (threadIdx.x < 32) local[threadIdx.x] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[x[i]], 1);
    __syncthreads();
    if (threadIdx.x < 32) atomicAdd(&bins[threadIdx.x], local[threadIdx.x]);
}
int main() {
    int n = 4000;
    auto a = ints(n, 32);
    Device<int> x(a), h(32);
    histogram<<<6, 96>>>(x, h, n);
    std::vector<int> want(32);
    for (int v : a) want[v]++;
    EXPECT(h.host() == want);
    return done();
}
