// Features: a failed device assert gives cudaErrorAssert
#include "check.h"

__global__ void check(const int* x) { assert(x[threadIdx.x] < 90); }
int main() {
    std::vector<int> a(32, 1);
    a[17] = 95;
    Device<int> x(a);
    check<<<1, 32>>>(x);
    EXPECT(cudaDeviceSynchronize() == cudaErrorAssert);
    OK(cudaDeviceReset());
    return done();
}
