// Features: extern __shared__ at namespace scope
#include "check.h"

extern __shared__ float pool[];
__device__ float neighbour(int i, int n) { return pool[(i + 1) % n]; }
__global__ void shift(float* x, int n) {
    pool[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = neighbour(threadIdx.x, n);
}
int main() {
    int n = 77;
    auto a = floats(n);
    Device<float> x(a);
    shift<<<1, n, n * sizeof(float)>>>(x, n);
    auto r = x.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == a[(i + 1) % n]);
    return done();
}
