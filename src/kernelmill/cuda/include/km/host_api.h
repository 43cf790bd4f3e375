// The CUDA runtime's host functions.
#pragma once
#include <cstring>
#include <type_traits>
#include <utility>

#include "api_types.h"

extern "C" {
cudaError_t cudaMalloc(void** p, size_t n);
cudaError_t cudaMallocManaged(void** p, size_t n, unsigned flags);
cudaError_t cudaMallocHost(void** p, size_t n, unsigned flags);
cudaError_t cudaFree(void* p);
cudaError_t cudaFreeHost(void* p);
cudaError_t cudaFreeAsync(void* p, cudaStream_t stream);
cudaError_t cudaMallocPitch(void** p, size_t* pitch, size_t width, size_t height);
cudaError_t cudaMalloc3D(cudaPitchedPtr* p, cudaExtent extent);
cudaError_t cudaMemcpy(void* d, const void* s, size_t n, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void* d, const void* s, size_t n, cudaMemcpyKind kind, cudaStream_t stream = nullptr);
cudaError_t cudaMemcpy2D(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind kind);
cudaError_t cudaMemcpy2DAsync(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind kind, cudaStream_t stream = nullptr);
cudaError_t cudaMemcpyPeer(void* d, int dd, const void* s, int sd, size_t n);
cudaError_t cudaMemset(void* d, int v, size_t n);
cudaError_t cudaMemsetAsync(void* d, int v, size_t n, cudaStream_t stream = nullptr);
cudaError_t cudaMemset2D(void* d, size_t pitch, int v, size_t w, size_t h);
cudaError_t cudaMemset2DAsync(void* d, size_t pitch, int v, size_t w, size_t h, cudaStream_t stream = nullptr);
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total);
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* out, const void* p);
cudaError_t cudaGetDeviceCount(int* n);
cudaError_t cudaSetDevice(int d);
cudaError_t cudaGetDevice(int* d);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int d);
cudaError_t cudaChooseDevice(int* d, const cudaDeviceProp* p);
cudaError_t cudaDeviceGetAttribute(int* v, cudaDeviceAttr a, int d);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaDeviceReset();
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char* cudaGetErrorString(cudaError_t e);
const char* cudaGetErrorName(cudaError_t e);
cudaError_t cudaStreamCreate(cudaStream_t* s);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* s, unsigned flags);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* s, unsigned flags, int priority);
cudaError_t cudaStreamDestroy(cudaStream_t s);
cudaError_t cudaStreamSynchronize(cudaStream_t s);
cudaError_t cudaStreamQuery(cudaStream_t s);
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned flags = 0);
cudaError_t cudaStreamGetPriority(cudaStream_t s, int* p);
cudaError_t cudaStreamGetFlags(cudaStream_t s, unsigned* f);
cudaError_t cudaStreamAddCallback(cudaStream_t s, cudaStreamCallback_t f, void* data, unsigned flags);
cudaError_t cudaLaunchHostFunc(cudaStream_t s, cudaHostFn_t f, void* data);
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* e, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t e);
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s = nullptr);
cudaError_t cudaEventRecordWithFlags(cudaEvent_t e, cudaStream_t s = nullptr, unsigned flags = 0);
cudaError_t cudaEventSynchronize(cudaEvent_t e);
cudaError_t cudaEventQuery(cudaEvent_t e);
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t a, cudaEvent_t b);
cudaError_t cudaDriverGetVersion(int* v);
cudaError_t cudaRuntimeGetVersion(int* v);
cudaError_t cudaDeviceGetLimit(size_t* v, cudaLimit l);
cudaError_t cudaDeviceCanAccessPeer(int* can, int a, int b);
cudaError_t cudaDeviceGetPCIBusId(char* s, int n, int d);
cudaError_t cudaGetDeviceFlags(unsigned* f);

void __km_push(const unsigned* grid, const unsigned* block, size_t shared, cudaStream_t stream, int cooperative);
const char* km_last_report();
int __km_refuse_capture(const char* what);  // says so and returns 1 while a stream is captured: for what runs at once and is not recorded
cudaError_t __km_func_attributes(cudaFuncAttributes* a, const void* f);
cudaError_t __km_func_set(const void* f, cudaFuncAttribute a, int v);
cudaError_t __km_occupancy(int* blocks, const void* f, int threads, size_t dynamic);
cudaError_t __km_launch_untyped(const void* f, const unsigned* grid, const unsigned* block, void** args, size_t shared, cudaStream_t stream,
                                int cooperative);
}

inline cudaError_t cudaEventCreate(cudaEvent_t* e, unsigned flags = 0) { return cudaEventCreateWithFlags(e, flags); }
template <class T> cudaError_t cudaMalloc(T** p, size_t n) { return ::cudaMalloc((void**)p, n); }
template <class T> cudaError_t cudaMallocManaged(T** p, size_t n, unsigned flags = cudaMemAttachGlobal) {
    return ::cudaMallocManaged((void**)p, n, flags);
}
template <class T> cudaError_t cudaMallocHost(T** p, size_t n, unsigned flags = 0) { return ::cudaMallocHost((void**)p, n, flags); }
template <class T> cudaError_t cudaHostAlloc(T** p, size_t n, unsigned flags) { return ::cudaMallocHost((void**)p, n, flags); }
template <class T> cudaError_t cudaMallocAsync(T** p, size_t n, cudaStream_t) { return ::cudaMalloc((void**)p, n); }
template <class T> cudaError_t cudaMallocPitch(T** p, size_t* pitch, size_t w, size_t h) {
    return ::cudaMallocPitch(reinterpret_cast<void**>(p), pitch, w, h);
}
template <class T> cudaError_t cudaHostGetDevicePointer(T** d, void* h, unsigned) { *d = static_cast<T*>(h); return cudaSuccess; }
template <class T> cudaError_t cudaMallocFromPoolAsync(T** p, size_t n, cudaMemPool_t, cudaStream_t) { return ::cudaMalloc((void**)p, n); }
inline cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) { *pool = reinterpret_cast<cudaMemPool_t>(1); return cudaSuccess; }
inline cudaError_t cudaDeviceGetMemPool(cudaMemPool_t* pool, int d) { return cudaDeviceGetDefaultMemPool(pool, d); }
inline cudaError_t cudaDeviceSetMemPool(int, cudaMemPool_t) { return cudaSuccess; }
inline cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps*) { return cudaDeviceGetDefaultMemPool(pool, 0); }
inline cudaError_t cudaMemPoolDestroy(cudaMemPool_t) { return cudaSuccess; }
inline cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }
inline cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
inline cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr a, void* v) {
    if (a <= cudaMemPoolReuseAllowInternalDependencies) *static_cast<int*>(v) = 1;
    else *static_cast<unsigned long long*>(v) = 0;
    return cudaSuccess;
}
inline cudaError_t cudaMemPoolSetAccess(cudaMemPool_t, const cudaMemAccessDesc*, size_t) { return cudaSuccess; }
inline cudaError_t cudaHostRegister(void*, size_t, unsigned) { return cudaSuccess; }
inline cudaError_t cudaHostUnregister(void*) { return cudaSuccess; }
template <class T> cudaError_t cudaMemPrefetchAsync(const T*, size_t, int, cudaStream_t = nullptr) { return cudaSuccess; }
template <class T> cudaError_t cudaMemAdvise(const T*, size_t, cudaMemoryAdvise, int) { return cudaSuccess; }
template <class T> cudaError_t cudaMemPrefetchAsync(const T*, size_t, cudaMemLocation, unsigned, cudaStream_t = nullptr) { return cudaSuccess; }
template <class T> cudaError_t cudaMemAdvise(const T*, size_t, cudaMemoryAdvise, cudaMemLocation) { return cudaSuccess; }
template <class T> cudaError_t cudaStreamAttachMemAsync(cudaStream_t, T*, size_t = 0, unsigned = cudaMemAttachSingle) { return cudaSuccess; }
inline cudaError_t cudaMemcpyPeerAsync(void* d, int, const void* s, int, size_t n, cudaStream_t stream) { return cudaMemcpyAsync(d, s, n, cudaMemcpyDefault, stream); }
inline cudaError_t cudaDeviceSetLimit(cudaLimit, size_t) { return cudaSuccess; }
inline cudaError_t cudaDeviceSetCacheConfig(cudaFuncCache) { return cudaSuccess; }
inline cudaError_t cudaDeviceGetCacheConfig(cudaFuncCache* c) { *c = cudaFuncCachePreferNone; return cudaSuccess; }
inline cudaError_t cudaDeviceSetSharedMemConfig(cudaSharedMemConfig) { return cudaSuccess; }
inline cudaError_t cudaDeviceGetSharedMemConfig(cudaSharedMemConfig* c) { *c = cudaSharedMemBankSizeFourByte; return cudaSuccess; }
inline cudaError_t cudaSetDeviceFlags(unsigned) { return cudaSuccess; }
inline cudaError_t cudaDeviceEnablePeerAccess(int, unsigned) { return cudaErrorInvalidDevice; }
inline cudaError_t cudaDeviceDisablePeerAccess(int) { return cudaErrorPeerAccessNotEnabled; }
inline cudaError_t cudaDeviceGetP2PAttribute(int* v, cudaDeviceP2PAttr, int, int) { *v = 0; return cudaSuccess; }
inline cudaError_t cudaThreadSynchronize() { return cudaDeviceSynchronize(); }
inline cudaError_t cudaThreadExit() { return cudaDeviceReset(); }
inline cudaError_t cudaProfilerStart() { return cudaSuccess; }
inline cudaError_t cudaProfilerStop() { return cudaSuccess; }
inline cudaError_t cudaStreamSetAttribute(cudaStream_t, cudaStreamAttrID, const cudaStreamAttrValue*) { return cudaSuccess; }
inline cudaError_t cudaStreamGetAttribute(cudaStream_t, cudaStreamAttrID, cudaStreamAttrValue* v) { *v = {}; return cudaSuccess; }
inline cudaError_t cudaIpcGetMemHandle(cudaIpcMemHandle_t*, void*) { return cudaErrorNotSupported; }
inline cudaError_t cudaIpcOpenMemHandle(void**, cudaIpcMemHandle_t, unsigned) { return cudaErrorNotSupported; }
inline cudaError_t cudaIpcCloseMemHandle(void*) { return cudaErrorNotSupported; }
inline cudaError_t cudaIpcGetEventHandle(cudaIpcEventHandle_t*, cudaEvent_t) { return cudaErrorNotSupported; }
inline cudaError_t cudaIpcOpenEventHandle(cudaEvent_t*, cudaIpcEventHandle_t) { return cudaErrorNotSupported; }
inline cudaError_t cudaCtxResetPersistingL2Cache() { return cudaSuccess; }
template <class F> cudaError_t cudaFuncSetCacheConfig(F*, cudaFuncCache) { return cudaSuccess; }
template <class F> cudaError_t cudaFuncSetSharedMemConfig(F*, cudaSharedMemConfig) { return cudaSuccess; }
template <class F> cudaError_t cudaFuncSetAttribute(F* f, cudaFuncAttribute a, int v) { return __km_func_set(reinterpret_cast<const void*>(f), a, v); }
template <class F> cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* a, F* f) { return __km_func_attributes(a, reinterpret_cast<const void*>(f)); }
template <class F> cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* n, F* f, int threads, size_t dynamic) {
    return __km_occupancy(n, reinterpret_cast<const void*>(f), threads, dynamic);
}
template <class F> cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* n, F* f, int threads, size_t dynamic, unsigned) {
    return __km_occupancy(n, reinterpret_cast<const void*>(f), threads, dynamic);
}
template <class F, class S> cudaError_t cudaOccupancyMaxPotentialBlockSizeVariableSMem(int* grid, int* block, F* f, S bytes, int limit = 0) {
    int best = 0, best_threads = 32;
    for (int t = 32; t <= (limit > 0 ? limit : 1024); t += 32) {
        int n = 0;
        if (cudaError_t e = __km_occupancy(&n, reinterpret_cast<const void*>(f), t, bytes(t))) return e;
        if (n * t >= best) best = n * t, best_threads = t;
    }
    *block = best_threads;
    *grid = 16 * (best / best_threads);
    return cudaSuccess;
}
template <class F> cudaError_t cudaOccupancyMaxPotentialBlockSize(int* grid, int* block, F* f, size_t dynamic = 0, int limit = 0) {
    return cudaOccupancyMaxPotentialBlockSizeVariableSMem(grid, block, f, [=](int) { return dynamic; }, limit);
}

template <class T> cudaError_t cudaGetSymbolAddress(void** p, const T& symbol) {
    *p = const_cast<void*>(static_cast<const volatile void*>(&symbol) ? reinterpret_cast<const void*>(&const_cast<const char&>(reinterpret_cast<const volatile char&>(symbol))) : nullptr);
    return cudaSuccess;
}
template <class T, class P> cudaError_t cudaGetSymbolAddress(P** p, const T& symbol) { return cudaGetSymbolAddress(reinterpret_cast<void**>(p), symbol); }
template <class T> cudaError_t cudaGetSymbolSize(size_t* n, const T&) { *n = sizeof(T); return cudaSuccess; }
template <class T> cudaError_t cudaMemcpyToSymbol(const T& symbol, const void* src, size_t n, size_t offset = 0, cudaMemcpyKind = cudaMemcpyHostToDevice) {
    if (offset + n > sizeof(T)) return cudaErrorInvalidValue;
    memcpy(const_cast<char*>(reinterpret_cast<const volatile char*>(&symbol)) + offset, src, n);
    return cudaSuccess;
}
template <class T> cudaError_t cudaMemcpyFromSymbol(void* dst, const T& symbol, size_t n, size_t offset = 0, cudaMemcpyKind = cudaMemcpyDeviceToHost) {
    if (offset + n > sizeof(T)) return cudaErrorInvalidValue;
    memcpy(dst, const_cast<const char*>(reinterpret_cast<const volatile char*>(&symbol)) + offset, n);
    return cudaSuccess;
}
template <class T> cudaError_t cudaMemcpyToSymbolAsync(const T& symbol, const void* src, size_t n, size_t offset, cudaMemcpyKind k, cudaStream_t s = nullptr) {
    if (offset + n > sizeof(T)) return cudaErrorInvalidValue;
    return cudaMemcpyAsync(const_cast<char*>(reinterpret_cast<const volatile char*>(&symbol)) + offset, src, n, k, s);
}
template <class T> cudaError_t cudaMemcpyFromSymbolAsync(void* dst, const T& symbol, size_t n, size_t offset, cudaMemcpyKind k, cudaStream_t s = nullptr) {
    if (offset + n > sizeof(T)) return cudaErrorInvalidValue;
    return cudaMemcpyAsync(dst, const_cast<const char*>(reinterpret_cast<const volatile char*>(&symbol)) + offset, n, k, s);
}

namespace km {
/// Sets the configuration that the next call of a __global__ function takes: `kernel<<<g, b, s, t>>>(x)` is `(km::push(g, b, s, t), kernel(x))`.
inline void push(dim3 grid, dim3 block, size_t shared = 0, cudaStream_t stream = nullptr) { __km_push(&grid.x, &block.x, shared, stream, 0); }

template <class... P, size_t... I>
void call_with(void (*f)(P...), void** args, std::index_sequence<I...>) {
    f(*static_cast<std::remove_reference_t<P>*>(args[I])...);
}
template <class... P>
cudaError_t launch(void (*f)(P...), dim3 grid, dim3 block, void** args, size_t shared, cudaStream_t stream, int cooperative) {
    __km_push(&grid.x, &block.x, shared, stream, cooperative);
    call_with(f, args, std::index_sequence_for<P...>{});
    return cudaPeekAtLastError();
}
inline cudaError_t launch(const void* f, dim3 grid, dim3 block, void** args, size_t shared, cudaStream_t stream, int cooperative) {
    return __km_launch_untyped(f, &grid.x, &block.x, args, shared, stream, cooperative);
}
}  // namespace km
/// What a launch is rewritten to; a name that no program defines a macro for.
inline void __km_configure(dim3 grid, dim3 block, size_t shared = 0, cudaStream_t stream = nullptr) { km::push(grid, block, shared, stream); }

template <class F> cudaError_t cudaLaunchKernel(F* f, dim3 grid, dim3 block, void** args, size_t shared = 0, cudaStream_t stream = nullptr) {
    return km::launch(f, grid, block, args, shared, stream, 0);
}
template <class F> cudaError_t cudaLaunchCooperativeKernel(F* f, dim3 grid, dim3 block, void** args, size_t shared = 0, cudaStream_t stream = nullptr) {
    return km::launch(f, grid, block, args, shared, stream, 1);
}
template <class... P, class... A> cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* c, void (*f)(P...), A&&... args) {
    int cooperative = 0;
    for (unsigned i = 0; i < c->numAttrs; i++)
        if (c->attrs[i].id == cudaLaunchAttributeCooperative) cooperative = c->attrs[i].val.cooperative;
    __km_push(&c->gridDim.x, &c->blockDim.x, c->dynamicSmemBytes, c->stream, cooperative);
    f(static_cast<A&&>(args)...);
    return cudaPeekAtLastError();
}
