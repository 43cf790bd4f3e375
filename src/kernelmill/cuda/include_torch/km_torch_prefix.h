// Precompiled before every torch extension. torch's 16-bit types are read as CUDA reads them, so that they convert to and from CUDA's own; the
// rest of torch's headers must not see that this is CUDA.
#pragma once
#include "cuda_runtime.h"
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include <torch/headeronly/macros/Macros.h>
#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>
#pragma push_macro("__noinline__")
#undef __noinline__
#undef __CUDACC__
#undef __NVCC__
#undef __CUDA_ARCH__
#undef __CUDA_ARCH_LIST__
#undef CUDA_VERSION
#undef CUDART_VERSION
#include <torch/extension.h>
#include <torch/types.h>
#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/AccumulateType.h>
#include <ATen/OpMathType.h>
#include <ATen/ceil_div.h>
#include <c10/core/CPUAllocator.h>
#include "km/versions.h"
#pragma pop_macro("__noinline__")
#include "km_torch.h"

extern "C" void* km_host_pages(size_t n);

namespace km {
/// Tensors whose memory ends at a page that nobody may touch, for processes that look for errors (KERNELMILL_CUDA_GUARD).
struct GuardedMemory : c10::Allocator {
    c10::DataPtr allocate(size_t n) override {
        void* p = km_host_pages(n);
        TORCH_CHECK(p || !n, "no memory for a tensor of ", n, " bytes");
        if (n) memset(p, 0xff, n);
        return {p, p, &release, c10::Device(c10::DeviceType::CPU)};
    }
    static void release(void* p) { cudaFreeHost(p); }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* d, const void* s, size_t n) const override { memcpy(d, s, n); }
};
inline const bool guarded = [] {
    static GuardedMemory memory;
    if (getenv("KERNELMILL_CUDA_GUARD")) c10::SetCPUAllocator(&memory, 100);
    return true;
}();
}  // namespace km

/// What the runtime said last about a kernel that failed.
extern "C" __attribute__((visibility("default"))) inline const char* km_torch_report() { return km_last_report(); }

/// The error that a kernel left and the extension did not look at.
extern "C" __attribute__((visibility("default"))) inline int km_torch_take_error() {
    cudaDeviceSynchronize();
    int code = int(cudaGetLastError());
    if (code) cudaDeviceReset();
    return code;
}
// torch declares these for compilers that call themselves CUDA, which this one did not when it read torch's headers
namespace at {
template <typename T> struct RestrictPtrTraits { typedef T* __restrict__ PtrType; };
}  // namespace at
namespace torch { using at::RestrictPtrTraits; }
// Tensors of this process are CPU tensors; the source calls them CUDA tensors.
#define is_cuda is_cpu
#define kCUDA kCPU
// Work is done at the call: a tensor need not outlive it, and CPU tensors refuse this.
#define record_stream(...) numel()
