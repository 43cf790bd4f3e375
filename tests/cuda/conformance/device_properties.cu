// Features: properties, attributes, occupancy, function attributes, pointer attributes
#include "check.h"

__global__ void k(float* x) {
    __shared__ float s[1024];
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = s[1023 - threadIdx.x];
}
int main() {
    int count, dev, v, block, grid;
    OK(cudaGetDeviceCount(&count));
    OK(cudaGetDevice(&dev));
    cudaDeviceProp p;
    OK(cudaGetDeviceProperties(&p, dev));
    EXPECT(count == 1 && p.warpSize == 32 && p.maxThreadsPerBlock == 1024 && p.sharedMemPerBlock == 49152 && p.multiProcessorCount > 0);
    OK(cudaDeviceGetAttribute(&v, cudaDevAttrMultiProcessorCount, 0));
    EXPECT(v == p.multiProcessorCount);
    cudaFuncAttributes f;
    OK(cudaFuncGetAttributes(&f, k));
    EXPECT(f.sharedSizeBytes == 4096 && f.maxThreadsPerBlock == 1024);
    OK(cudaOccupancyMaxPotentialBlockSize(&grid, &block, k, 0, 0));
    EXPECT(block >= 32 && block <= 1024 && grid > 0);
    float* m;
    OK(cudaMallocManaged(&m, 64));
    m[3] = 2;
    cudaPointerAttributes a;
    OK(cudaPointerGetAttributes(&a, m));
    EXPECT(a.type == cudaMemoryTypeManaged && a.hostPointer == m);
    OK(cudaFree(m));
    return done();
}
