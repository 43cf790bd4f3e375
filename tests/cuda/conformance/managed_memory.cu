// Features: cudaMallocManaged read and written by host and device, prefetch, advice
#include "check.h"

__global__ void k(int* x, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) x[i] = x[i] * 3 + 1; }
int main() {
    int* x;
    OK(cudaMallocManaged(&x, 400));
    for (int i = 0; i < 100; i++) x[i] = i;
    OK(cudaMemAdvise(x, 400, cudaMemAdviseSetReadMostly, 0));
    OK(cudaMemPrefetchAsync(x, 400, 0));
    k<<<4, 32>>>(x, 100);
    OK(cudaDeviceSynchronize());
    for (int i = 0; i < 100; i++) EXPECT(x[i] == 3 * i + 1);
    OK(cudaFree(x));
    return done();
}
