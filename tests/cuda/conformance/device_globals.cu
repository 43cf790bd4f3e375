// Features: __device__ variables, cudaMemcpyFromSymbol, atomics on them
#include "check.h"

__device__ int counter;
__device__ float table[4] = {1, 2, 3, 4};
__global__ void count(int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n && i % 3 == 0) atomicAdd(&counter, 1);
    if (i < 4) table[i] *= 10;
}
int main() {
    int zero = 0, got;
    OK(cudaMemcpyToSymbol(counter, &zero, sizeof zero));
    count<<<5, 50>>>(230);
    OK(cudaMemcpyFromSymbol(&got, counter, sizeof got));
    EXPECT(got == 77);
    float t[4];
    OK(cudaMemcpyFromSymbol(t, table, sizeof t));
    for (int i = 0; i < 4; i++) EXPECT(t[i] == 10 * (i + 1));
    return done();
}
