// cub's allocator of temporary memory: it keeps nothing back, as allocations are cheap here.
#pragma once
#include <cstdio>
#include <cstdlib>
#include "../cuda_runtime.h"
namespace cub {
inline cudaError_t Debug(cudaError_t e, const char* file, int line) {
    if (e) fprintf(stderr, "CUDA error %d [%s, %d]: %s\n", int(e), file, line, cudaGetErrorString(e));
    return e;
}
struct CachingDeviceAllocator {
    CachingDeviceAllocator(bool = false, bool = false) {}
    CachingDeviceAllocator(unsigned, unsigned, unsigned = 0, size_t = 0, bool = false, bool = false) {}
    cudaError_t SetMaxCachedBytes(size_t) { return cudaSuccess; }
    cudaError_t DeviceAllocate(int, void** p, size_t n, cudaStream_t = nullptr) { return cudaMalloc(p, n); }
    cudaError_t DeviceAllocate(void** p, size_t n, cudaStream_t = nullptr) { return cudaMalloc(p, n); }
    cudaError_t DeviceFree(int, void* p) { return cudaFree(p); }
    cudaError_t DeviceFree(void* p) { return cudaFree(p); }
    cudaError_t FreeAllCached() { return cudaSuccess; }
};
}  // namespace cub
#define CubDebug(e) ::cub::Debug((e), __FILE__, __LINE__)
#define CubDebugExit(e) (CubDebug(e) ? exit(1) : void())
