// Complex numbers of CUDA's C API.
#pragma once
#include "cuda_runtime.h"
typedef float2 cuFloatComplex;
typedef double2 cuDoubleComplex;
typedef cuFloatComplex cuComplex;
#define KM_COMPLEX(T, R, s, sqrt_, name) \
    KM_FN T make_cu##name##Complex(R a, R b) { return {a, b}; } \
    KM_FN R cuCreal##s(T a) { return a.x; } \
    KM_FN R cuCimag##s(T a) { return a.y; } \
    KM_FN T cuConj##s(T a) { return {a.x, -a.y}; } \
    KM_FN T cuCadd##s(T a, T b) { return {a.x + b.x, a.y + b.y}; } \
    KM_FN T cuCsub##s(T a, T b) { return {a.x - b.x, a.y - b.y}; } \
    KM_FN T cuCmul##s(T a, T b) { return {a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x}; } \
    KM_FN T cuCdiv##s(T a, T b) { R d = b.x * b.x + b.y * b.y; return {(a.x * b.x + a.y * b.y) / d, (a.y * b.x - a.x * b.y) / d}; } \
    KM_FN T cuCfma##s(T a, T b, T c) { return {a.x * b.x - a.y * b.y + c.x, a.x * b.y + a.y * b.x + c.y}; } \
    KM_FN R cuCabs##s(T a) { return R(hypot(a.x, a.y)); }
KM_COMPLEX(cuFloatComplex, float, f, sqrtf, Float)
KM_COMPLEX(cuDoubleComplex, double, , sqrt, Double)
#undef KM_COMPLEX
KM_FN cuFloatComplex make_cuComplex(float a, float b) { return {a, b}; }
KM_FN cuFloatComplex cuComplexDoubleToFloat(cuDoubleComplex a) { return {float(a.x), float(a.y)}; }
KM_FN cuDoubleComplex cuComplexFloatToDouble(cuFloatComplex a) { return {a.x, a.y}; }
