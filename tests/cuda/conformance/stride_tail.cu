// Features: grid-stride loops with tails of every length
#include "check.h"

__global__ void fill(int* x, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] += i * 3 + 1;
}
int main() {
    for (int n = 0; n < 300; n += 37) {
        Device<int> x(301);
        fill<<<2, 32>>>(x, n);
        auto r = x.host();
        for (int i = 0; i < 301; i++) EXPECT(r[i] == (i < n ? i * 3 + 1 : 0));
    }
    return done();
}
