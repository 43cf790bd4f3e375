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
    c10::Stream unwrap() const { return c10::Stream(c10::Stream::DEFAULT, device()); }
    operator c10::Stream() const { return unwrap(); }
};
inline CUDAStream getCurrentCUDAStream(c10::DeviceIndex = -1) { return {}; }
inline CUDAStream getDefaultCUDAStream(c10::DeviceIndex = -1) { return {}; }
inline CUDAStream getStreamFromExternal(cudaStream_t, c10::DeviceIndex) { return {}; }
inline CUDAStream getStreamFromPool(bool = false, c10::DeviceIndex = -1) { return {}; }
inline void setCurrentCUDAStream(CUDAStream) {}
inline c10::DeviceIndex current_device() { return 0; }
inline c10::DeviceIndex device_count() { return 1; }
inline void set_device(c10::DeviceIndex) {}
inline void device_synchronize() { cudaDeviceSynchronize(); }
inline cudaError_t GetDevice(int* d) { return cudaGetDevice(d); }
namespace CUDACachingAllocator {
inline void* raw_alloc(size_t n) { return malloc(n); }
inline void* raw_alloc_with_stream(size_t n, cudaStream_t) { return malloc(n); }
inline void raw_delete(void* p) { free(p); }
inline void emptyCache() {}
inline void recordStream(const c10::DataPtr&, CUDAStream) {}
inline c10::Allocator* get() { return c10::GetCPUAllocator(); }
}  // namespace CUDACachingAllocator
namespace compat {
using std::abs; using std::exp; using std::ceil; using std::copysign; using std::floor; using std::log; using std::max; using std::min;
using std::pow; using std::sqrt; using std::tan; using std::tanh; using std::sin; using std::cos; using std::log1p; using std::fmod;
}  // namespace compat
struct CUDAGuard {
    template <class... A> explicit CUDAGuard(A&&...) {}
    template <class... A> void set_device(A&&...) {}
    template <class... A> void set_index(A&&...) {}
};
struct OptionalCUDAGuard { template <class... A> explicit OptionalCUDAGuard(A&&...) {} OptionalCUDAGuard() = default; };
struct OptionalCUDAStreamGuard { template <class... A> explicit OptionalCUDAStreamGuard(A&&...) {} OptionalCUDAStreamGuard() = default; };
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
inline bool is_available() { return true; }
inline cublasHandle_t getCurrentCUDABlasHandle() { static cublasHandle_t h = [] { cublasHandle_t q; cublasCreate(&q); return q; }(); return h; }
template <class T> __host__ __device__ T ATenCeilDiv(T a, T b) { return (a + b - 1) / b; }
inline dim3 getApplyBlock(int threads = 512) { return dim3(unsigned(threads)); }
template <int step = 1> bool getApplyGrid(uint64_t n, dim3& grid, c10::DeviceIndex, int threads = 512) {
    grid = dim3(unsigned(std::min<uint64_t>(ATenCeilDiv<uint64_t>(n, uint64_t(threads) * step), 0x7fffffff)));
    return true;
}
}  // namespace cuda
}  // namespace at

template <class T> T gpuAtomicAdd(T* p, km::Same<T> v) { return ::atomicAdd(p, v); }
template <class T> void gpuAtomicAddNoReturn(T* p, km::Same<T> v) { ::atomicAdd(p, v); }
template <class T> T gpuAtomicMul(T* p, km::Same<T> v) { return km::update(p, [v](T o) { return T(o * v); }); }
template <class T> T gpuAtomicMax(T* p, km::Same<T> v) { return km::update(p, [v](T o) { return o < v ? v : o; }); }
template <class T> T gpuAtomicMin(T* p, km::Same<T> v) { return km::update(p, [v](T o) { return v < o ? v : o; }); }
namespace at {
using ::gpuAtomicAdd;
using ::gpuAtomicAddNoReturn;
using ::gpuAtomicMax;
using ::gpuAtomicMin;
using ::gpuAtomicMul;
namespace native {
using ::gpuAtomicAdd;
using ::gpuAtomicAddNoReturn;
template <class T, class I> void fastAtomicAdd(T* p, I i, I, T v, bool) { ::atomicAdd(p + i, v); }
}  // namespace native
}  // namespace at
namespace c10 {
inline Half km_add(Half a, Half b) { return a + b; }
inline BFloat16 km_add(BFloat16 a, BFloat16 b) { return a + b; }
// Both would otherwise convert to float and to CUDA's own type, which compare alike.
#define KM_COMPARE(OP) \
    template <class T, class = std::enable_if_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>>> \
    __host__ __device__ bool operator OP(const T& a, const T& b) { return float(a) OP float(b); }
KM_COMPARE(<) KM_COMPARE(>) KM_COMPARE(<=) KM_COMPARE(>=) KM_COMPARE(==) KM_COMPARE(!=)
#undef KM_COMPARE
}  // namespace c10

template <class T> T WARP_SHFL_XOR(T v, int lanes, int width = 32, unsigned mask = 0xffffffff) { return __shfl_xor_sync(mask, v, lanes, width); }
template <class T> T WARP_SHFL(T v, int lane, int width = 32, unsigned mask = 0xffffffff) { return __shfl_sync(mask, v, lane, width); }
template <class T> T WARP_SHFL_UP(T v, unsigned n, int width = 32, unsigned mask = 0xffffffff) { return __shfl_up_sync(mask, v, n, width); }
template <class T> T WARP_SHFL_DOWN(T v, unsigned n, int width = 32, unsigned mask = 0xffffffff) { return __shfl_down_sync(mask, v, n, width); }
KM_FN unsigned WARP_BALLOT(int p, unsigned mask = 0xffffffff) { return __ballot_sync(mask, p); }
KM_FN unsigned WARP_ACTIVE() { return __activemask(); }

#ifndef C10_CUDA_API
#define C10_CUDA_API
#endif
#define C10_CUDA_CHECK(x) ::c10::cuda::check((x), __FILE__, __LINE__)
#define AT_CUDA_CHECK(x) C10_CUDA_CHECK(x)
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())
#define C10_CUDA_CHECK_WARN(x) ((void)(x))
#define TORCH_CUDABLAS_CHECK(x) TORCH_CHECK((x) == CUBLAS_STATUS_SUCCESS, "cuBLAS error")
#define TORCH_CUDA_CHECK(x) C10_CUDA_CHECK(x)
#define CUDA_KERNEL_LOOP(i, n) for (int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < int64_t(n); i += int64_t(blockDim.x) * gridDim.x)
#define CUDA_KERNEL_LOOP_TYPE(i, n, T) for (T i = T(blockIdx.x) * blockDim.x + threadIdx.x; i < T(n); i += T(blockDim.x) * gridDim.x)
#define THCudaCheck(x) C10_CUDA_CHECK(x)
#define THCCeilDiv(a, b) (((a) + (b) - 1) / (b))
#ifndef AT_CHECK
#define AT_CHECK TORCH_CHECK
#endif
struct THCState;

namespace torch {
namespace cuda { using namespace at::cuda; }  // found there under nvcc, where a source includes no more than torch/types.h
}  // namespace torch
namespace km {
/// A CPU tensor's device has the index -1.
inline cudaError_t set_device(int d) { return cudaSetDevice(d < 0 ? 0 : d); }
}  // namespace km
#define cudaSetDevice(d) ::km::set_device(d)
