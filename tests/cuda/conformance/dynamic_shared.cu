// Features: extern __shared__, launch with a size
#include "check.h"

__global__ void reverse(int* x, int n) {
    extern __shared__ int s[];
    int i = threadIdx.x;
    s[i] = x[i];
    __syncthreads();
    x[i] = s[n - 1 - i];
}
int main() {
    int n = 200;
    auto a = ints(n, 1000);
    Device<int> x(a);
    reverse<<<1, n, n * sizeof(int)>>>(x, n);
    auto r = x.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == a[n - 1 - i]);
    return done();
}
