// Features: a lock by atomicCAS held by one thread per block, __threadfence
#include "check.h"

__device__ int lock_word, shared_value;
__global__ void locked() {
    if (threadIdx.x == 0) {
        while (atomicCAS(&lock_word, 0, 1) != 0) {}
        __threadfence();
        int v = *(volatile int*)&shared_value;
        *(volatile int*)&shared_value = v + 1;
        __threadfence();
        atomicExch(&lock_word, 0);
    }
}
int main() {
    locked<<<40, 32>>>();
    int v;
    OK(cudaMemcpyFromSymbol(&v, shared_value, sizeof v));
    EXPECT(v == 40);
    return done();
}
