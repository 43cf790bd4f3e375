// cuFFT: plans of one to three dimensions, with strides and batches; see runtime/fft.cpp. Results are not scaled, as there.
#pragma once
#define _CUFFT_H_
#include "cuComplex.h"
#include "cuda_runtime.h"
#include "library_types.h"

typedef int cufftHandle;
typedef float cufftReal;
typedef double cufftDoubleReal;
typedef cuComplex cufftComplex;
typedef cuDoubleComplex cufftDoubleComplex;
typedef enum cufftResult_t {
    CUFFT_SUCCESS, CUFFT_INVALID_PLAN, CUFFT_ALLOC_FAILED, CUFFT_INVALID_TYPE, CUFFT_INVALID_VALUE, CUFFT_INTERNAL_ERROR, CUFFT_EXEC_FAILED, CUFFT_SETUP_FAILED, CUFFT_INVALID_SIZE,
    CUFFT_UNALIGNED_DATA, CUFFT_INCOMPLETE_PARAMETER_LIST, CUFFT_INVALID_DEVICE, CUFFT_PARSE_ERROR, CUFFT_NO_WORKSPACE, CUFFT_NOT_IMPLEMENTED, CUFFT_LICENSE_ERROR, CUFFT_NOT_SUPPORTED, CUFFT_MISSING_DEPENDENCY, CUFFT_NVRTC_FAILURE,
    CUFFT_NVJITLINK_FAILURE, CUFFT_NVSHMEM_FAILURE
} cufftResult;
typedef enum cufftType_t { CUFFT_R2C = 0x2a, CUFFT_C2R = 0x2c, CUFFT_C2C = 0x29, CUFFT_D2Z = 0x6a, CUFFT_Z2D = 0x6c, CUFFT_Z2Z = 0x69 } cufftType;
#define CUFFT_FORWARD -1
#define CUFFT_INVERSE 1

extern "C" {
cufftResult cufftCreate(cufftHandle* plan);
cufftResult cufftDestroy(cufftHandle plan);
cufftResult cufftMakePlanMany(cufftHandle plan, int rank, int* n, int* inembed, int istride, int idist, int* onembed, int ostride, int odist, cufftType type, int batch, size_t* work);
cufftResult __km_fft(cufftHandle plan, const void* in, void* out, int type, int sign);
}
inline cufftResult cufftMakePlan1d(cufftHandle p, int n, cufftType t, int batch, size_t* work) { return cufftMakePlanMany(p, 1, &n, nullptr, 1, 0, nullptr, 1, 0, t, batch, work); }
inline cufftResult cufftMakePlan2d(cufftHandle p, int nx, int ny, cufftType t, size_t* work) {
    int n[] = {nx, ny};
    return cufftMakePlanMany(p, 2, n, nullptr, 1, 0, nullptr, 1, 0, t, 1, work);
}
inline cufftResult cufftMakePlan3d(cufftHandle p, int nx, int ny, int nz, cufftType t, size_t* work) {
    int n[] = {nx, ny, nz};
    return cufftMakePlanMany(p, 3, n, nullptr, 1, 0, nullptr, 1, 0, t, 1, work);
}
inline cufftResult cufftPlanMany(cufftHandle* p, int rank, int* n, int* inembed, int istride, int idist, int* onembed, int ostride, int odist, cufftType t, int batch) {
    cufftResult r = cufftCreate(p);
    return r ? r : cufftMakePlanMany(*p, rank, n, inembed, istride, idist, onembed, ostride, odist, t, batch, nullptr);
}
inline cufftResult cufftPlan1d(cufftHandle* p, int n, cufftType t, int batch) { return cufftPlanMany(p, 1, &n, nullptr, 1, 0, nullptr, 1, 0, t, batch); }
inline cufftResult cufftPlan2d(cufftHandle* p, int nx, int ny, cufftType t) { return cufftCreate(p), cufftMakePlan2d(*p, nx, ny, t, nullptr); }
inline cufftResult cufftPlan3d(cufftHandle* p, int nx, int ny, int nz, cufftType t) { return cufftCreate(p), cufftMakePlan3d(*p, nx, ny, nz, t, nullptr); }
inline cufftResult cufftExecC2C(cufftHandle p, cufftComplex* in, cufftComplex* out, int sign) { return __km_fft(p, in, out, CUFFT_C2C, sign); }
inline cufftResult cufftExecR2C(cufftHandle p, cufftReal* in, cufftComplex* out) { return __km_fft(p, in, out, CUFFT_R2C, -1); }
inline cufftResult cufftExecC2R(cufftHandle p, cufftComplex* in, cufftReal* out) { return __km_fft(p, in, out, CUFFT_C2R, 1); }
inline cufftResult cufftExecZ2Z(cufftHandle p, cufftDoubleComplex* in, cufftDoubleComplex* out, int sign) { return __km_fft(p, in, out, CUFFT_Z2Z, sign); }
inline cufftResult cufftExecD2Z(cufftHandle p, cufftDoubleReal* in, cufftDoubleComplex* out) { return __km_fft(p, in, out, CUFFT_D2Z, -1); }
inline cufftResult cufftExecZ2D(cufftHandle p, cufftDoubleComplex* in, cufftDoubleReal* out) { return __km_fft(p, in, out, CUFFT_Z2D, 1); }
inline cufftResult cufftSetStream(cufftHandle, cudaStream_t) { return CUFFT_SUCCESS; }
inline cufftResult cufftSetAutoAllocation(cufftHandle, int) { return CUFFT_SUCCESS; }
inline cufftResult cufftSetWorkArea(cufftHandle, void*) { return CUFFT_SUCCESS; }
inline cufftResult cufftGetSize(cufftHandle, size_t* n) { *n = 0; return CUFFT_SUCCESS; }
inline cufftResult cufftGetSize1d(cufftHandle, int, cufftType, int, size_t* n) { *n = 0; return CUFFT_SUCCESS; }
inline cufftResult cufftEstimate1d(int, cufftType, int, size_t* n) { *n = 0; return CUFFT_SUCCESS; }
inline cufftResult cufftEstimate2d(int, int, cufftType, size_t* n) { *n = 0; return CUFFT_SUCCESS; }
inline cufftResult cufftGetVersion(int* v) { *v = 11300; return CUFFT_SUCCESS; }
