// Features: printf from kernels, clock64, __nanosleep, __threadfence variants
#include "check.h"

__global__ void k(int* o) {
    long long t = clock64();
    if (threadIdx.x == 5 && blockIdx.x == 1) printf("block %d thread %d %s %.2f\n", blockIdx.x, threadIdx.x, "says", 1.5);
    __nanosleep(100);
    __threadfence_block();
    __threadfence_system();
    o[blockIdx.x * blockDim.x + threadIdx.x] = clock64() >= t;
}
int main() {
    Device<int> o(64);
    k<<<2, 32>>>(o);
    for (int v : o.host()) EXPECT(v == 1);
    return done();
}
