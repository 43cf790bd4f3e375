// Features: __syncthreads_count, _and, _or
#include "check.h"

__global__ void votes(const int* x, int* out) {
    int p = x[threadIdx.x];
    int count = __syncthreads_count(p > 5), all = __syncthreads_and(p >= 0), any = __syncthreads_or(p == 100);
    if (threadIdx.x == 70) out[0] = count, out[1] = all, out[2] = any;
}
int main() {
    auto a = ints(96, 10);
    Device<int> x(a), o(3);
    votes<<<1, 96>>>(x, o);
    int count = 0;
    for (int v : a) count += v > 5;
    auto r = o.host();
    EXPECT(r[0] == count && r[1] == 1 && r[2] == 0);
    return done();
}
