// What CUDA extensions of torch use beside tensors.
#pragma once
#include "cublas_v2.h"

namespace c10 {
namespace cuda {
class CUDAStream {
public:
    cudaStream_t stream() const { return nullptr; }
    operator cudaStream_t() const { return nullptr; }
    c10::DeviceIndex device_index() const { return 0; }
    c10::Device device() const { return c10::Device(c10::kCPU); }
    void synchronize() const { cudaDeviceSynchronize(); }
    bool query() const { return true; }
    c10::StreamId id() const { return 0; }
};
inline CUDAStream getCurrentCUDAStream(c10::DeviceIndex = -1) { return {}; }
inline CUDAStream getDefaultCUDAStream(c10::DeviceIndex = -1) { return {}; }
inline CUDAStream getStreamFromPool(bool = false, c10::DeviceIndex = -1) { return {}; }
inline void setCurrentCUDAStream(CUDAStream) {}
inline c10::DeviceIndex current_device() { return 0; }
inline c10::DeviceIndex device_count() { return 1; }
inline void set_device(c10::DeviceIndex) {}
inline void device_synchronize() { cudaDeviceSynchronize(); }
struct CUDAGuard {
    template <class... A> explicit CUDAGuard(A&&...) {}
    template <class... A> void set_device(A&&...) {}
    template <class... A> void set_index(A&&...) {}
};
struct OptionalCUDAGuard { template <class... A> explicit OptionalCUDAGuard(A&&...) {} OptionalCUDAGuard() = default; };
struct CUDAStreamGuard { template <class... A> explicit CUDAStreamGuard(A&&...) {} };
inline void check(cudaError_t e, const char* file, int line) {
    if (e != cudaSuccess) {
        cudaGetLastError();
        TORCH_CHECK(false, "CUDA error: ", cudaGetErrorString(e), " (", file, ":", line, ")");
    }
}
}  // namespace cuda
}  // namespace c10

namespace at {
namespace cuda {
using c10::cuda::CUDAGuard;
using c10::cuda::CUDAStream;
using c10::cuda::CUDAStreamGuard;
using c10::cuda::getCurrentCUDAStream;
using c10::cuda::getDefaultCUDAStream;
using c10::cuda::getStreamFromPool;
using c10::cuda::OptionalCUDAGuard;
using c10::cuda::setCurrentCUDAStream;
inline cudaDeviceProp* getCurrentDeviceProperties() {
    static cudaDeviceProp p = [] { cudaDeviceProp q; cudaGetDeviceProperties(&q, 0); return q; }();
    return &p;
}
inline cudaDeviceProp* getDeviceProperties(int64_t) { return getCurrentDeviceProperties(); }
inline int warp_size() { return 32; }
inline bool is_available() { return true; }
inline cublasHandle_t getCurrentCUDABlasHandle() { static cublasHandle_t h = [] { cublasHandle_t q; cublasCreate(&q); return q; }(); return h; }
template <class T> T ATenCeilDiv(T a, T b) { return (a + b - 1) / b; }
}  // namespace cuda
template <class T> T ceil_div(T a, T b);
template <class T> void gpuAtomicAdd(T* p, T v) { ::atomicAdd(p, v); }
template <class T> void gpuAtomicAddNoReturn(T* p, T v) { ::atomicAdd(p, v); }
}  // namespace at
using at::gpuAtomicAdd;
using at::gpuAtomicAddNoReturn;

inline c10::Half km_add(c10::Half a, c10::Half b) { return a + b; }
inline c10::BFloat16 km_add(c10::BFloat16 a, c10::BFloat16 b) { return a + b; }

#define C10_CUDA_CHECK(x) ::c10::cuda::check((x), __FILE__, __LINE__)
#define AT_CUDA_CHECK(x) C10_CUDA_CHECK(x)
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())
#define C10_CUDA_CHECK_WARN(x) ((void)(x))
#define TORCH_CUDABLAS_CHECK(x) TORCH_CHECK((x) == CUBLAS_STATUS_SUCCESS, "cuBLAS error")
#define TORCH_CUDA_CHECK(x) C10_CUDA_CHECK(x)
#define CUDA_KERNEL_LOOP(i, n) for (int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < int64_t(n); i += int64_t(blockDim.x) * gridDim.x)
#define CUDA_KERNEL_LOOP_TYPE(i, n, T) for (T i = T(blockIdx.x) * blockDim.x + threadIdx.x; i < T(n); i += T(blockDim.x) * gridDim.x)
