// Features: kernels that launch kernels: children after their parent, in order; recursion; a tail launch after all of them
#include "check.h"

__global__ void fill(int* p, int v) { p[blockIdx.x * blockDim.x + threadIdx.x] = v; }
__global__ void doubled(int* p) { p[threadIdx.x] *= 2; }
__global__ void parent(int* p) {
    p[threadIdx.x] = -1;
    __syncthreads();
    if (threadIdx.x == 0) {
        fill<<<2, 32>>>(p, 7);
        doubled<<<1, 64>>>(p);
    }
}
__global__ void halves(int* count, int n) {
    atomicAdd(count, 1);
    if (n > 1 && threadIdx.x < 2) halves<<<1, 2>>>(count, n / 2);
}
__global__ void report(const int* count, int* seen) { *seen = *count; }
__global__ void all(int* count, int* seen, int n) {
    if (threadIdx.x == 0) report<<<1, 1, 0, cudaStreamTailLaunch>>>(count, seen);
    if (threadIdx.x == 0) halves<<<1, 2, 0, cudaStreamFireAndForget>>>(count, n);
}
int main() {
    Device<int> p(64), count(1), seen(1);
    parent<<<1, 64>>>(p);
    for (int v : p.host()) EXPECT(v == 14);
    all<<<1, 32>>>(count, seen, 8);
    EXPECT(count.host()[0] == 2 + 4 + 8 + 16 && seen.host()[0] == 30);
    return done();
}
