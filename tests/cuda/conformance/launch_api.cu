// Features: cudaLaunchKernel with typed and untyped pointers, cudaLaunchKernelEx
#include "check.h"

__global__ void k(int* x, int a, double b) { x[threadIdx.x] += a + int(b); }
int main() {
    Device<int> x(8);
    int* p = x;
    int a = 3;
    double b = 4;
    void* args[] = {&p, &a, &b};
    OK(cudaLaunchKernel((const void*)k, dim3(1), dim3(8), args, 0, nullptr));
    const void* untyped = reinterpret_cast<const void*>(&k);
    OK(cudaLaunchKernel(untyped, dim3(1), dim3(4), args, 0, nullptr));
    cudaLaunchConfig_t c = {};
    c.gridDim = dim3(1), c.blockDim = dim3(2);
    OK(cudaLaunchKernelEx(&c, k, p, 10, 0.0));
    auto r = x.host();
    for (int i = 0; i < 8; i++) EXPECT(r[i] == 7 + (i < 4 ? 7 : 0) + (i < 2 ? 10 : 0));
    return done();
}
