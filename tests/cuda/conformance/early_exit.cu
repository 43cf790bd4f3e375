// Features: threads leave before a barrier that others reach
#include "check.h"

__global__ void partial(const int* x, int* out, int n) {
    __shared__ int s[64];
    int t = threadIdx.x;
    if (t >= n) return;
    s[t] = x[t];
    __syncthreads();
    out[t] = s[n - 1 - t];
}
int main() {
    auto a = ints(50, 100);
    Device<int> x(a), o(50);
    partial<<<1, 64>>>(x, o, 50);
    auto r = o.host();
    for (int i = 0; i < 50; i++) EXPECT(r[i] == a[49 - i]);
    return done();
}
