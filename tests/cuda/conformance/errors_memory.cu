// Features: an illegal address in a kernel is sticky until the device is reset
#include "check.h"

__global__ void bad(int* x, int n) { x[n + threadIdx.x] = 1; }
int main() {
    int* p;
    OK(cudaMalloc(&p, 4096));
    bad<<<1, 32>>>(p, 1 << 20);
    EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
    EXPECT(cudaGetLastError() == cudaErrorIllegalAddress);
    EXPECT(cudaMalloc(&p, 4) == cudaErrorIllegalAddress);
    OK(cudaDeviceReset());
    OK(cudaMalloc(&p, 4));
    return done();
}
