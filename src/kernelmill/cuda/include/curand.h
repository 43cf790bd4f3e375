// The host API of cuRAND, over Philox.
#pragma once
#define CURAND_H_
#include <cstdio>
#include "curand_kernel.h"
enum curandStatus_t { CURAND_STATUS_SUCCESS, CURAND_STATUS_NOT_INITIALIZED = 101, CURAND_STATUS_ALLOCATION_FAILED = 102, CURAND_STATUS_TYPE_ERROR = 103,
                      CURAND_STATUS_VERSION_MISMATCH = 100, CURAND_STATUS_OUT_OF_RANGE = 104, CURAND_STATUS_LENGTH_NOT_MULTIPLE = 105, CURAND_STATUS_DOUBLE_PRECISION_REQUIRED = 106,
                      CURAND_STATUS_LAUNCH_FAILURE = 201, CURAND_STATUS_PREEXISTING_FAILURE = 202, CURAND_STATUS_INITIALIZATION_FAILED = 203, CURAND_STATUS_ARCH_MISMATCH = 204,
                      CURAND_STATUS_INTERNAL_ERROR = 999 };
enum curandRngType_t { CURAND_RNG_PSEUDO_DEFAULT = 100, CURAND_RNG_PSEUDO_XORWOW = 101, CURAND_RNG_PSEUDO_MRG32K3A = 121, CURAND_RNG_PSEUDO_MTGP32 = 141, CURAND_RNG_PSEUDO_MT19937 = 142, CURAND_RNG_PSEUDO_PHILOX4_32_10 = 161, CURAND_RNG_QUASI_DEFAULT = 200,
                       CURAND_RNG_QUASI_SOBOL32 = 201, CURAND_RNG_QUASI_SCRAMBLED_SOBOL32 = 202, CURAND_RNG_QUASI_SOBOL64 = 203, CURAND_RNG_QUASI_SCRAMBLED_SOBOL64 = 204 };
typedef curandRngType_t curandRngType;
typedef curandStatus_t curandStatus;
typedef curandStatePhilox4_32_10* curandGenerator_t;
inline curandStatus_t curandCreateGenerator(curandGenerator_t* g, curandRngType_t type) {
    if (type >= CURAND_RNG_QUASI_DEFAULT) {
        fprintf(stderr, "kernelmill cuda: the quasi-random sequences of cuRAND are not supported\n");
        return CURAND_STATUS_TYPE_ERROR;
    }
    *g = new curandStatePhilox4_32_10; curand_init(0, 0, 0, *g);
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandDestroyGenerator(curandGenerator_t g) { delete g; return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetPseudoRandomGeneratorSeed(curandGenerator_t g, unsigned long long seed) { curand_init(seed, 0, 0, g); return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetGeneratorOffset(curandGenerator_t g, unsigned long long n) { skipahead(n, g); return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetStream(curandGenerator_t, cudaStream_t) { return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetQuasiRandomGeneratorDimensions(curandGenerator_t, unsigned) { return CURAND_STATUS_TYPE_ERROR; }
namespace km {
/// Numbers are drawn at the call, which a graph does not keep.
template <class T, class F> curandStatus_t draw(T* p, size_t n, F next) {
    if (__km_refuse_capture("generating random numbers by cuRAND")) return CURAND_STATUS_PREEXISTING_FAILURE;
    for (size_t i = 0; i < n; i++) p[i] = next();
    return CURAND_STATUS_SUCCESS;
}
}  // namespace km
inline curandStatus_t curandGenerate(curandGenerator_t g, unsigned* p, size_t n) { return km::draw(p, n, [=] { return curand(g); }); }
inline curandStatus_t curandGenerateUniform(curandGenerator_t g, float* p, size_t n) { return km::draw(p, n, [=] { return curand_uniform(g); }); }
inline curandStatus_t curandGenerateUniformDouble(curandGenerator_t g, double* p, size_t n) { return km::draw(p, n, [=] { return curand_uniform_double(g); }); }
inline curandStatus_t curandGenerateNormal(curandGenerator_t g, float* p, size_t n, float m, float s) { return km::draw(p, n, [=] { return m + s * curand_normal(g); }); }
inline curandStatus_t curandGenerateNormalDouble(curandGenerator_t g, double* p, size_t n, double m, double s) { return km::draw(p, n, [=] { return m + s * curand_normal_double(g); }); }
inline curandStatus_t curandGenerateLogNormal(curandGenerator_t g, float* p, size_t n, float m, float s) { return km::draw(p, n, [=] { return expf(m + s * curand_normal(g)); }); }
inline curandStatus_t curandGenerateLogNormalDouble(curandGenerator_t g, double* p, size_t n, double m, double s) { return km::draw(p, n, [=] { return exp(m + s * curand_normal_double(g)); }); }
inline curandStatus_t curandGeneratePoisson(curandGenerator_t g, unsigned* p, size_t n, double lambda) { return km::draw(p, n, [=] { return curand_poisson(g, lambda); }); }
enum curandOrdering_t { CURAND_ORDERING_PSEUDO_BEST = 100, CURAND_ORDERING_PSEUDO_DEFAULT = 101, CURAND_ORDERING_PSEUDO_SEEDED = 102, CURAND_ORDERING_PSEUDO_LEGACY = 103, CURAND_ORDERING_PSEUDO_DYNAMIC = 104, CURAND_ORDERING_QUASI_DEFAULT = 201 };
inline curandStatus_t curandSetGeneratorOrdering(curandGenerator_t, curandOrdering_t) { return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandCreateGeneratorHost(curandGenerator_t* g, curandRngType_t t) { return curandCreateGenerator(g, t); }
