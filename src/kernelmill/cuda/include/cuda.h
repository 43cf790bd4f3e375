// The driver API as far as programs name it beside the runtime API.
#pragma once
#define __cuda_cuda_h__
#include "cuda_runtime.h"

typedef int CUdevice;
typedef struct CUctx_st* CUcontext;
typedef struct CUmod_st* CUmodule;
typedef struct CUfunc_st* CUfunction;
typedef cudaStream_t CUstream;
typedef cudaEvent_t CUevent;
typedef unsigned long long CUdeviceptr;
typedef enum { CUDA_SUCCESS = 0, CUDA_ERROR_INVALID_VALUE = 1, CUDA_ERROR_NOT_SUPPORTED = 801 } CUresult;
inline CUresult cuInit(unsigned) { return CUDA_SUCCESS; }
inline CUresult cuDeviceGet(CUdevice* d, int) { *d = 0; return CUDA_SUCCESS; }
inline CUresult cuDeviceGetCount(int* n) { *n = 1; return CUDA_SUCCESS; }
inline CUresult cuCtxCreate(CUcontext* c, unsigned, CUdevice) { *c = nullptr; return CUDA_SUCCESS; }
inline CUresult cuCtxSynchronize() { return CUresult(cudaDeviceSynchronize()); }
inline CUresult cuMemAlloc(CUdeviceptr* p, size_t n) { return CUresult(cudaMalloc(reinterpret_cast<void**>(p), n)); }
inline CUresult cuMemFree(CUdeviceptr p) { return CUresult(cudaFree(reinterpret_cast<void*>(p))); }
inline CUresult cuMemcpyHtoD(CUdeviceptr d, const void* s, size_t n) { return CUresult(cudaMemcpy(reinterpret_cast<void*>(d), s, n, cudaMemcpyDefault)); }
inline CUresult cuMemcpyDtoH(void* d, CUdeviceptr s, size_t n) { return CUresult(cudaMemcpy(d, reinterpret_cast<void*>(s), n, cudaMemcpyDefault)); }
inline CUresult cuGetErrorName(CUresult r, const char** s) { *s = cudaGetErrorName(cudaError_t(r)); return CUDA_SUCCESS; }
inline CUresult cuGetErrorString(CUresult r, const char** s) { *s = cudaGetErrorString(cudaError_t(r)); return CUDA_SUCCESS; }
