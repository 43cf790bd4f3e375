// __nv_bfloat16 and __nv_bfloat162.
#pragma once
#include "cuda_runtime.h"
#include "km/small_floats.h"

KM_SMALL_TYPE(__nv_bfloat16, __nv_bfloat162, __nv_bfloat16_raw, km::bf16_to_float, km::float_to_bf16, km::double_to_bf16)
typedef __nv_bfloat16 nv_bfloat16;
typedef __nv_bfloat162 nv_bfloat162;
#define CUDART_INF_BF16 __ushort_as_bfloat16((unsigned short)0x7F80U)
#define CUDART_NAN_BF16 __ushort_as_bfloat16((unsigned short)0x7FFFU)
#define CUDART_ONE_BF16 __ushort_as_bfloat16((unsigned short)0x3F80U)
#define CUDART_ZERO_BF16 __ushort_as_bfloat16((unsigned short)0x0000U)

KM_FN __nv_bfloat16 __ushort_as_bfloat16(unsigned short u) { return __nv_bfloat16_raw{u}; }
KM_FN __nv_bfloat16 __short_as_bfloat16(short u) { return __nv_bfloat16_raw{(unsigned short)u}; }
KM_FN unsigned short __bfloat16_as_ushort(__nv_bfloat16 h) { return h.__x; }
KM_FN short __bfloat16_as_short(__nv_bfloat16 h) { return short(h.__x); }
KM_FN __nv_bfloat16 __float2bfloat16(float f) { return f; }
KM_FN __nv_bfloat16 __float2bfloat16_rn(float f) { return f; }
KM_FN __nv_bfloat16 __float2bfloat16_rz(float f) { return __nv_bfloat16_raw{km::directed(f, km::rz, km::float_to_bf16, km::bf16_to_float)}; }
KM_FN __nv_bfloat16 __float2bfloat16_ru(float f) { return __nv_bfloat16_raw{km::directed(f, km::ru, km::float_to_bf16, km::bf16_to_float)}; }
KM_FN __nv_bfloat16 __float2bfloat16_rd(float f) { return __nv_bfloat16_raw{km::directed(f, km::rd, km::float_to_bf16, km::bf16_to_float)}; }
KM_FN __nv_bfloat16 __double2bfloat16(double f) { return f; }
KM_FN float __bfloat162float(__nv_bfloat16 h) { return h; }
KM_FN __nv_bfloat162 __float2bfloat162_rn(float f) { return __nv_bfloat162(f, f); }
KM_FN __nv_bfloat162 __floats2bfloat162_rn(float a, float b) { return {a, b}; }
KM_FN __nv_bfloat162 __float22bfloat162_rn(float2 f) { return {f.x, f.y}; }
KM_FN float2 __bfloat1622float2(__nv_bfloat162 h) { return {h.x, h.y}; }
KM_FN float __low2float(__nv_bfloat162 h) { return h.x; }
KM_FN float __high2float(__nv_bfloat162 h) { return h.y; }
KM_FN __nv_bfloat16 __low2bfloat16(__nv_bfloat162 h) { return h.x; }
KM_FN __nv_bfloat16 __high2bfloat16(__nv_bfloat162 h) { return h.y; }
KM_FN __nv_bfloat162 __low2bfloat162(__nv_bfloat162 h) { return {h.x, h.x}; }
KM_FN __nv_bfloat162 __high2bfloat162(__nv_bfloat162 h) { return {h.y, h.y}; }
KM_FN __nv_bfloat162 __lows2bfloat162(__nv_bfloat162 a, __nv_bfloat162 b) { return {a.x, b.x}; }
KM_FN __nv_bfloat162 __highs2bfloat162(__nv_bfloat162 a, __nv_bfloat162 b) { return {a.y, b.y}; }
KM_FN __nv_bfloat162 __lowhigh2highlow(__nv_bfloat162 a) { return {a.y, a.x}; }
KM_FN __nv_bfloat162 __bfloat162bfloat162(__nv_bfloat16 h) { return {h, h}; }
KM_FN __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 a, __nv_bfloat16 b) { return {a, b}; }
KM_FN __nv_bfloat162 make_bfloat162(__nv_bfloat16 a, __nv_bfloat16 b) { return {a, b}; }
KM_FN int __bfloat162int_rn(__nv_bfloat16 h) { return __float2int_rn(h); }
KM_FN int __bfloat162int_rz(__nv_bfloat16 h) { return __float2int_rz(h); }
KM_FN __nv_bfloat16 __int2bfloat16_rn(int v) { return v; }
KM_FN __nv_bfloat16 __uint2bfloat16_rn(unsigned v) { return v; }
KM_FN __nv_bfloat16 __short2bfloat16_rn(short v) { return v; }
KM_FN __nv_bfloat16 __ll2bfloat16_rn(long long v) { return v; }
