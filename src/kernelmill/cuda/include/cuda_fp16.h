// half and half2.
#pragma once
#include "cuda_runtime.h"
#include "km/small_floats.h"

KM_SMALL_TYPE(__half, __half2, __half_raw, km::half_to_float, km::float_to_half, km::double_to_half)
typedef __half half;
typedef __half2 half2;
typedef __half nv_half;
typedef __half2 nv_half2;
#define CUDART_INF_FP16 __ushort_as_half((unsigned short)0x7C00U)
#define CUDART_NAN_FP16 __ushort_as_half((unsigned short)0x7FFFU)
#define CUDART_MAX_NORMAL_FP16 __ushort_as_half((unsigned short)0x7BFFU)
#define CUDART_ONE_FP16 __ushort_as_half((unsigned short)0x3C00U)
#define CUDART_ZERO_FP16 __ushort_as_half((unsigned short)0x0000U)

KM_FN __half __ushort_as_half(unsigned short u) { return __half_raw{u}; }
KM_FN __half __short_as_half(short u) { return __half_raw{(unsigned short)u}; }
KM_FN unsigned short __half_as_ushort(__half h) { return h.__x; }
KM_FN short __half_as_short(__half h) { return short(h.__x); }
KM_FN __half __float2half(float f) { return f; }
KM_FN __half __float2half_rn(float f) { return f; }
KM_FN __half __float2half_rz(float f) { return __half_raw{km::directed(f, km::rz, km::float_to_half, km::half_to_float)}; }
KM_FN __half __float2half_ru(float f) { return __half_raw{km::directed(f, km::ru, km::float_to_half, km::half_to_float)}; }
KM_FN __half __float2half_rd(float f) { return __half_raw{km::directed(f, km::rd, km::float_to_half, km::half_to_float)}; }
KM_FN __half __double2half(double f) { return f; }
KM_FN float __half2float(__half h) { return h; }
KM_FN __half2 __float2half2_rn(float f) { return __half2(f, f); }
KM_FN __half2 __floats2half2_rn(float a, float b) { return {a, b}; }
KM_FN __half2 __float22half2_rn(float2 f) { return {f.x, f.y}; }
KM_FN float2 __half22float2(__half2 h) { return {h.x, h.y}; }
KM_FN float __low2float(__half2 h) { return h.x; }
KM_FN float __high2float(__half2 h) { return h.y; }
KM_FN __half __low2half(__half2 h) { return h.x; }
KM_FN __half __high2half(__half2 h) { return h.y; }
KM_FN __half2 __low2half2(__half2 h) { return {h.x, h.x}; }
KM_FN __half2 __high2half2(__half2 h) { return {h.y, h.y}; }
KM_FN __half2 __lows2half2(__half2 a, __half2 b) { return {a.x, b.x}; }
KM_FN __half2 __highs2half2(__half2 a, __half2 b) { return {a.y, b.y}; }
KM_FN __half2 __lowhigh2highlow(__half2 a) { return {a.y, a.x}; }
KM_FN __half2 __half2half2(__half h) { return {h, h}; }
KM_FN __half2 __halves2half2(__half a, __half b) { return {a, b}; }
KM_FN __half2 make_half2(__half a, __half b) { return {a, b}; }
KM_FN int __half2int_rn(__half h) { return __float2int_rn(h); }
KM_FN int __half2int_rz(__half h) { return __float2int_rz(h); }
KM_FN int __half2int_rd(__half h) { return __float2int_rd(h); }
KM_FN int __half2int_ru(__half h) { return __float2int_ru(h); }
KM_FN unsigned __half2uint_rn(__half h) { return __float2uint_rn(h); }
KM_FN unsigned __half2uint_rz(__half h) { return __float2uint_rz(h); }
KM_FN short __half2short_rn(__half h) { return km::saturate<short>(rintf(h)); }
KM_FN short __half2short_rz(__half h) { return km::saturate<short>(truncf(h)); }
KM_FN unsigned short __half2ushort_rn(__half h) { return km::saturate<unsigned short>(rintf(h)); }
KM_FN unsigned short __half2ushort_rz(__half h) { return km::saturate<unsigned short>(truncf(h)); }
KM_FN signed char __half2char_rz(__half h) { return km::saturate<signed char>(truncf(h)); }
KM_FN __half __int2half_rn(int v) { return v; }
KM_FN __half __int2half_rz(int v) { return __float2half_rz(float(v)); }
KM_FN __half __uint2half_rn(unsigned v) { return v; }
KM_FN __half __short2half_rn(short v) { return v; }
KM_FN __half __ushort2half_rn(unsigned short v) { return v; }
KM_FN __half __ll2half_rn(long long v) { return v; }
KM_FN __half2 __hcmadd(__half2 a, __half2 b, __half2 c) {
    return {__hfma(-a.y, b.y, __hfma(a.x, b.x, c.x)), __hfma(a.y, b.x, __hfma(a.x, b.y, c.y))};
}
