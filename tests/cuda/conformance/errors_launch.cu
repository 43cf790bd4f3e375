// Features: error codes of bad launches: block too large, zero grid, too much shared memory; sticky and last error
#include "check.h"

__global__ void k(int* x) { if (x) *x = 1; }
__global__ void __launch_bounds__(64) bounded(int* x) { if (x) *x = 1; }
int main() {
    k<<<1, 2048>>>(nullptr);
    EXPECT(cudaPeekAtLastError() == cudaErrorInvalidConfiguration);
    EXPECT(cudaGetLastError() == cudaErrorInvalidConfiguration);
    EXPECT(cudaGetLastError() == cudaSuccess);
    k<<<0, 32>>>(nullptr);
    EXPECT(cudaGetLastError() == cudaErrorInvalidConfiguration);
    k<<<1, 32, 100000>>>(nullptr);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue);
    OK(cudaFuncSetAttribute(k, cudaFuncAttributeMaxDynamicSharedMemorySize, 100000));
    k<<<1, 32, 100000>>>(nullptr);
    EXPECT(cudaGetLastError() == cudaSuccess);
    bounded<<<1, 128>>>(nullptr);
    EXPECT(cudaGetLastError() == cudaErrorLaunchOutOfResources);
    int *p = nullptr, host;
    EXPECT(cudaMalloc(&p, size_t(1) << 50) == cudaErrorMemoryAllocation);
    EXPECT(cudaMemcpy(&host, nullptr, 4, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    OK(cudaMalloc(&p, 16));
    EXPECT(cudaMemcpy(p, p, 17, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
    EXPECT(cudaFree(p + 1) == cudaErrorInvalidValue);
    EXPECT(cudaSetDevice(3) == cudaErrorInvalidDevice);
    EXPECT(cudaStreamDestroy(nullptr) == cudaErrorInvalidResourceHandle);
    OK(cudaFree(p));
    cudaGetLastError();
    return done();
}
