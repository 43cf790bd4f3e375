// The device as the host API shows it: properties, streams, events, occupancy, attributes. Work is done at the call, in order.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <unistd.h>

#include "engine.h"
#include "launch.h"

using namespace km;

namespace km { void check_all_canaries(); }

namespace {
thread_local int device = 0;

double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

cudaError_t finished() {
    if (worker && worker->inside) {
        report("a kernel waits for kernels that it launched", "device code has no cudaDeviceSynchronize since CUDA 12", true);
        fail_block(cudaErrorNotSupported);
    }
    check_all_canaries();
    cudaError_t e = sticky_error();
    if (e) current_error(false);
    return e;
}

void fill(cudaDeviceProp* p) {
    *p = {};
    snprintf(p->name, sizeof p->name, "kernelmill CPU device");
    p->totalGlobalMem = size_t(sysconf(_SC_PHYS_PAGES)) * 4096;
    p->sharedMemPerBlock = Limits::shared_default;
    p->regsPerBlock = p->regsPerMultiprocessor = 65536;
    p->warpSize = 32;
    p->memPitch = 0x7fffffff;
    p->maxThreadsPerBlock = Limits::threads_per_block;
    p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    p->maxGridSize[0] = 0x7fffffff;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->clockRate = 1000000;
    p->totalConstMem = 65536;
    p->major = 8;
    p->minor = 9;
    p->textureAlignment = 512;
    p->texturePitchAlignment = 32;
    p->multiProcessorCount = Limits::processors;
    p->integrated = 0;
    p->canMapHostMemory = p->concurrentKernels = p->unifiedAddressing = p->managedMemory = 1;
    p->maxTexture1D = 131072;
    p->maxTexture2D[0] = p->maxTexture2D[1] = 65536;
    for (int i = 0; i < 3; i++) p->maxTexture3D[i] = p->maxSurface3D[i] = 16384;
    p->maxTexture1DLayered[0] = p->maxTexture2DLayered[0] = p->maxTexture2DLayered[1] = 32768;
    p->maxTexture1DLayered[1] = p->maxTexture2DLayered[2] = 2048;
    p->maxSurface1D = p->maxSurface2D[0] = p->maxSurface2D[1] = 32768;
    p->surfaceAlignment = 512;
    p->memoryPoolsSupported = p->hostRegisterSupported = 1;
    p->asyncEngineCount = 1;
    p->memoryClockRate = 1000000;
    p->memoryBusWidth = 128;
    p->l2CacheSize = 4 << 20;
    p->maxThreadsPerMultiProcessor = Limits::threads_per_processor;
    p->streamPrioritiesSupported = p->globalL1CacheSupported = p->localL1CacheSupported = 1;
    p->sharedMemPerMultiprocessor = Limits::shared_per_processor;
    p->hostNativeAtomicSupported = 1;
    p->singleToDoublePrecisionPerfRatio = 2;
    p->pageableMemoryAccess = p->concurrentManagedAccess = p->cooperativeLaunch = 1;
    p->sharedMemPerBlockOptin = Limits::shared_optin;
    p->maxBlocksPerMultiProcessor = Limits::blocks_per_processor;
    p->reservedSharedMemPerBlock = 1024;
}

int attribute(int a) {
    cudaDeviceProp p;
    fill(&p);
    switch (a) {
        case cudaDevAttrMaxThreadsPerBlock: return p.maxThreadsPerBlock;
        case cudaDevAttrMaxBlockDimX: case cudaDevAttrMaxBlockDimY: return 1024;
        case cudaDevAttrMaxBlockDimZ: return 64;
        case cudaDevAttrMaxGridDimX: return p.maxGridSize[0];
        case cudaDevAttrMaxGridDimY: case cudaDevAttrMaxGridDimZ: return 65535;
        case cudaDevAttrMaxSharedMemoryPerBlock: return int(p.sharedMemPerBlock);
        case cudaDevAttrTotalConstantMemory: return 65536;
        case cudaDevAttrWarpSize: return 32;
        case cudaDevAttrMaxPitch: return 0x7fffffff;
        case cudaDevAttrMaxRegistersPerBlock: case cudaDevAttrMaxRegistersPerMultiprocessor: return 65536;
        case cudaDevAttrClockRate: return p.clockRate;
        case cudaDevAttrTextureAlignment: return 512;
        case cudaDevAttrMultiProcessorCount: return Limits::processors;
        case cudaDevAttrMemoryClockRate: return p.memoryClockRate;
        case cudaDevAttrGlobalMemoryBusWidth: return p.memoryBusWidth;
        case cudaDevAttrL2CacheSize: return p.l2CacheSize;
        case cudaDevAttrMaxThreadsPerMultiProcessor: return Limits::threads_per_processor;
        case cudaDevAttrComputeCapabilityMajor: return p.major;
        case cudaDevAttrComputeCapabilityMinor: return p.minor;
        case cudaDevAttrMaxSharedMemoryPerMultiprocessor: return int(Limits::shared_per_processor);
        case cudaDevAttrMaxSharedMemoryPerBlockOptin: return int(Limits::shared_optin);
        case cudaDevAttrMaxBlocksPerMultiprocessor: return Limits::blocks_per_processor;
        case cudaDevAttrReservedSharedMemoryPerBlock: return 1024;
        case cudaDevAttrIntegrated: case cudaDevAttrKernelExecTimeout: case cudaDevAttrComputeMode: case cudaDevAttrEccEnabled:
        case cudaDevAttrIsMultiGpuBoard: case cudaDevAttrCooperativeMultiDeviceLaunch: case cudaDevAttrTccDriver: return 0;
        case cudaDevAttrPciBusId: case cudaDevAttrPciDeviceId: return 0;
        default: return 1;
    }
}
}  // namespace

extern "C" {
cudaError_t cudaGetDeviceCount(int* n) { *n = 1; return cudaSuccess; }
cudaError_t cudaSetDevice(int d) { return d == 0 ? cudaSuccess : set_error(cudaErrorInvalidDevice); }
cudaError_t cudaGetDevice(int* d) { *d = device; return cudaSuccess; }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int d) {
    if (d) return set_error(cudaErrorInvalidDevice);
    fill(p);
    return cudaSuccess;
}
cudaError_t cudaChooseDevice(int* d, const cudaDeviceProp*) { *d = 0; return cudaSuccess; }
cudaError_t cudaDeviceGetAttribute(int* v, cudaDeviceAttr a, int d) {
    if (d) return set_error(cudaErrorInvalidDevice);
    *v = attribute(a);
    return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() { return finished(); }
cudaError_t cudaDeviceReset() { clear_sticky(); return cudaSuccess; }
cudaError_t cudaGetLastError() { return current_error(true); }
cudaError_t cudaPeekAtLastError() { return current_error(false); }
const char* cudaGetErrorString(cudaError_t e) {
    switch (e) {
#define KM_X(number, name, text) case name: return text;
        KM_CUDA_ERRORS(KM_X)
#undef KM_X
    }
    return "unrecognized error code";
}
const char* cudaGetErrorName(cudaError_t e) {
    switch (e) {
#define KM_X(number, name, text) case name: return #name;
        KM_CUDA_ERRORS(KM_X)
#undef KM_X
    }
    return "unrecognized error code";
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* s, unsigned flags, int priority) {
    if (!s) return set_error(cudaErrorInvalidValue);
    *s = new CUstream_st{flags, priority, nullptr};
    return cudaSuccess;
}
cudaError_t cudaStreamCreate(cudaStream_t* s) { return cudaStreamCreateWithPriority(s, 0, 0); }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* s, unsigned f) { return cudaStreamCreateWithPriority(s, f, 0); }
cudaError_t cudaStreamDestroy(cudaStream_t s) {
    if (reinterpret_cast<uintptr_t>(s) <= 2) return set_error(cudaErrorInvalidResourceHandle);
    delete s;
    return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) { return finished(); }
cudaError_t cudaStreamQuery(cudaStream_t) { return finished(); }
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) {
    if (e && e->graph) join_capture(s, e->graph);
    return cudaSuccess;
}
cudaError_t cudaStreamGetPriority(cudaStream_t s, int* p) { *p = reinterpret_cast<uintptr_t>(s) > 2 ? s->priority : 0; return cudaSuccess; }
cudaError_t cudaStreamGetFlags(cudaStream_t s, unsigned* f) { *f = reinterpret_cast<uintptr_t>(s) > 2 ? s->flags : 0; return cudaSuccess; }
cudaError_t cudaStreamAddCallback(cudaStream_t s, cudaStreamCallback_t f, void* data, unsigned) { f(s, sticky_error(), data); return cudaSuccess; }
cudaError_t cudaLaunchHostFunc(cudaStream_t s, cudaHostFn_t f, void* data) {
    if (auto g = recording(s)) return record(g, 3, [=] { f(data); return cudaSuccess; });
    f(data);
    return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    if (least) *least = 0;
    if (greatest) *greatest = -5;
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* e, unsigned flags) {
    if (!e) return set_error(cudaErrorInvalidValue);
    *e = new CUevent_st{0, false, flags, nullptr};
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t e) {
    if (!e) return set_error(cudaErrorInvalidResourceHandle);
    delete e;
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) {
    if (!e) return set_error(cudaErrorInvalidResourceHandle);
    e->graph = recording(s);
    if (e->graph) return cudaSuccess;
    e->seconds = now();
    e->recorded = true;
    return cudaSuccess;
}
cudaError_t cudaEventRecordWithFlags(cudaEvent_t e, cudaStream_t s, unsigned) { return cudaEventRecord(e, s); }
cudaError_t cudaEventSynchronize(cudaEvent_t e) { return e ? finished() : set_error(cudaErrorInvalidResourceHandle); }
cudaError_t cudaEventQuery(cudaEvent_t e) { return e ? finished() : set_error(cudaErrorInvalidResourceHandle); }
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t a, cudaEvent_t b) {
    if (!ms) return set_error(cudaErrorInvalidValue);
    if (!a || !b || !a->recorded || !b->recorded) return set_error(cudaErrorInvalidResourceHandle);
    *ms = float((b->seconds - a->seconds) * 1e3);
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* v) { *v = 12080; return cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int* v) { *v = 12080; return cudaSuccess; }
cudaError_t cudaDeviceGetLimit(size_t* v, cudaLimit l) { *v = l == cudaLimitStackSize ? 1024 : 8u << 20; return cudaSuccess; }
cudaError_t cudaDeviceCanAccessPeer(int* can, int, int) { *can = 0; return cudaSuccess; }
cudaError_t cudaDeviceGetPCIBusId(char* s, int n, int) { snprintf(s, size_t(n), "0000:00:00.0"); return cudaSuccess; }
cudaError_t cudaGetDeviceFlags(unsigned* f) { *f = 0; return cudaSuccess; }

cudaError_t __km_func_attributes(cudaFuncAttributes* a, const void* f) {
    KernelState* s = find_kernel(f);
    if (!s) return set_error(cudaErrorInvalidDeviceFunction);
    *a = {};
    a->sharedSizeBytes = s->kernel->shared_bytes;
    a->maxThreadsPerBlock = s->kernel->bounds ? int(s->kernel->bounds) : Limits::threads_per_block;
    a->numRegs = 32;
    a->ptxVersion = a->binaryVersion = 89;
    a->maxDynamicSharedSizeBytes = int(s->dynamic_limit);
    return cudaSuccess;
}
cudaError_t __km_func_set(const void* f, cudaFuncAttribute a, int v) {
    KernelState* s = find_kernel(f);
    if (!s) return set_error(cudaErrorInvalidDeviceFunction);
    if (a == cudaFuncAttributeMaxDynamicSharedMemorySize) {
        if (v < 0 || size_t(v) + s->kernel->shared_bytes > Limits::shared_optin) return set_error(cudaErrorInvalidValue);
        s->dynamic_limit = size_t(v);
    }
    return cudaSuccess;
}
cudaError_t __km_occupancy(int* blocks, const void* f, int threads, size_t dynamic) {
    KernelState* s = find_kernel(f);
    if (!s) return set_error(cudaErrorInvalidDeviceFunction);
    *blocks = blocks_per_processor(s->kernel, threads, dynamic);
    return cudaSuccess;
}
cudaError_t __km_launch_untyped(const void* f, const unsigned* grid, const unsigned* block, void** args, size_t shared, cudaStream_t stream, int cooperative) {
    Packed packed;
    const Kernel* k = pack(f, args, packed);
    if (!k) return current_error(false);
    __km_push(grid, block, shared, stream, cooperative);
    cudaError_t before = current_error(true);
    __km_launch(k, packed.bytes);
    cudaError_t e = current_error(false);
    if (e == cudaSuccess && before != cudaSuccess) set_error(before);
    return e;
}
}

const Kernel* km::pack(const void* stub, void** args, Packed& out) {
    KernelState* s = find_kernel(stub);
    if (!s) {
        set_error(cudaErrorInvalidDeviceFunction);
        return nullptr;
    }
    const Kernel& k = *s->kernel;
    if (k.nargs && !k.arg_places) {
        fprintf(stderr, "kernelmill cuda: %s takes a structure by value: launch it through a typed function pointer\n", demangled(&k));
        set_error(cudaErrorNotSupported);
        return nullptr;
    }
    for (uint32_t i = 0; i < k.nargs; i++) memcpy(out.bytes + k.arg_places[2 * i], args[i], k.arg_places[2 * i + 1]);
    return &k;
}
