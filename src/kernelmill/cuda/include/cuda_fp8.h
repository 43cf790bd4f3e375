// fp8: e4m3 (no infinities) and e5m2, conversions with saturation as CUDA does them. Arithmetic goes through float.
#pragma once
#include "cuda_bf16.h"
#include "cuda_fp16.h"

typedef unsigned char __nv_fp8_storage_t;
typedef unsigned short __nv_fp8x2_storage_t;
typedef unsigned int __nv_fp8x4_storage_t;
enum __nv_saturation_t { __NV_NOSAT, __NV_SATFINITE };
enum __nv_fp8_interpretation_t { __NV_E4M3, __NV_E5M2 };

namespace km {
/// To nearest even. `e` exponent bits, `m` mantissa bits; `largest` is the greatest finite value.
inline unsigned char to_fp8(double v, __nv_saturation_t s, __nv_fp8_interpretation_t k) {
    const int m = k == __NV_E4M3 ? 3 : 2, bias = k == __NV_E4M3 ? 7 : 15;
    const double largest = k == __NV_E4M3 ? 448.0 : 57344.0;
    const unsigned char sign = std::signbit(v) ? 0x80 : 0, nan = 0x7f, inf = k == __NV_E4M3 ? 0x7f : 0x7c, top = k == __NV_E4M3 ? 0x7e : 0x7b;
    if (v != v) return nan | (k == __NV_E5M2 ? 0 : 0) | sign;
    double a = std::fabs(v);
    int e;
    (void)std::frexp(a, &e);
    e -= 1;
    if (a == 0) return sign;
    if (e < 1 - bias) e = 1 - bias;
    double scaled = std::nearbyint(std::ldexp(a, m - e));
    double r = std::ldexp(scaled, e - m);
    if (r > largest || std::isinf(a)) return sign | (s == __NV_SATFINITE ? top : inf);
    if (scaled >= (2 << m)) { scaled /= 2; e++; }
    int field = scaled < (1 << m) ? 0 : e + bias;
    return (unsigned char)(sign | field << m | (int(scaled) & ((1 << m) - 1)));
}
inline float from_fp8(unsigned char u, __nv_fp8_interpretation_t k) {
    const int m = k == __NV_E4M3 ? 3 : 2, bias = k == __NV_E4M3 ? 7 : 15;
    const int field = (u & 0x7f) >> m, fraction = u & ((1 << m) - 1);
    float sign = u & 0x80 ? -1.0f : 1.0f;
    if (k == __NV_E4M3 && (u & 0x7f) == 0x7f) return NAN;
    if (k == __NV_E5M2 && field == 31) return fraction ? NAN : sign * INFINITY;
    return sign * (field ? ldexpf(float((1 << m) + fraction), field - bias - m) : ldexpf(float(fraction), 1 - bias - m));
}
}  // namespace km

KM_FN __nv_fp8_storage_t __nv_cvt_float_to_fp8(float v, __nv_saturation_t s, __nv_fp8_interpretation_t k) { return km::to_fp8(v, s, k); }
KM_FN __nv_fp8_storage_t __nv_cvt_double_to_fp8(double v, __nv_saturation_t s, __nv_fp8_interpretation_t k) { return km::to_fp8(v, s, k); }
KM_FN __nv_fp8_storage_t __nv_cvt_halfraw_to_fp8(__half_raw v, __nv_saturation_t s, __nv_fp8_interpretation_t k) { return km::to_fp8(km::half_to_float(v.x), s, k); }
KM_FN __nv_fp8_storage_t __nv_cvt_bfloat16raw_to_fp8(__nv_bfloat16_raw v, __nv_saturation_t s, __nv_fp8_interpretation_t k) { return km::to_fp8(km::bf16_to_float(v.x), s, k); }
KM_FN __nv_fp8x2_storage_t __nv_cvt_float2_to_fp8x2(float2 v, __nv_saturation_t s, __nv_fp8_interpretation_t k) {
    return __nv_fp8x2_storage_t(km::to_fp8(v.x, s, k) | km::to_fp8(v.y, s, k) << 8);
}
KM_FN __half_raw __nv_cvt_fp8_to_halfraw(__nv_fp8_storage_t v, __nv_fp8_interpretation_t k) { return {km::float_to_half(km::from_fp8(v, k))}; }
KM_FN __half2_raw __nv_cvt_fp8x2_to_halfraw2(__nv_fp8x2_storage_t v, __nv_fp8_interpretation_t k) {
    return {km::float_to_half(km::from_fp8((unsigned char)v, k)), km::float_to_half(km::from_fp8((unsigned char)(v >> 8), k))};
}

#define KM_FP8(T, KIND) \
    struct T { \
        __nv_fp8_storage_t __x; \
        T() = default; \
        KM_FN_C explicit T(float v) : __x(km::to_fp8(v, __NV_SATFINITE, KIND)) {} \
        KM_FN_C explicit T(double v) : __x(km::to_fp8(v, __NV_SATFINITE, KIND)) {} \
        KM_FN_C explicit T(int v) : __x(km::to_fp8(v, __NV_SATFINITE, KIND)) {} \
        KM_FN_C explicit T(__half v) : __x(km::to_fp8(float(v), __NV_SATFINITE, KIND)) {} \
        KM_FN_C explicit T(__nv_bfloat16 v) : __x(km::to_fp8(float(v), __NV_SATFINITE, KIND)) {} \
        KM_FN_C explicit operator float() const { return km::from_fp8(__x, KIND); } \
        KM_FN_C explicit operator double() const { return km::from_fp8(__x, KIND); } \
        KM_FN_C explicit operator __half() const { return __half(km::from_fp8(__x, KIND)); } \
        KM_FN_C explicit operator __nv_bfloat16() const { return __nv_bfloat16(km::from_fp8(__x, KIND)); } \
        KM_FN_C explicit operator bool() const { return (__x & 0x7f) != 0; } \
    };
KM_FP8(__nv_fp8_e4m3, __NV_E4M3)
KM_FP8(__nv_fp8_e5m2, __NV_E5M2)
#define KM_FP8X(T, E, N, F, W, KIND, ...) \
    struct T { \
        W __x; \
        T() = default; \
        KM_FN_C explicit T(F f) : __x(0) { const float v[N] = {__VA_ARGS__}; for (int i = 0; i < N; i++) __x |= W(km::to_fp8(v[i], __NV_SATFINITE, KIND)) << 8 * i; } \
        template <class H, class = decltype(H().y.__x)> KM_FN_C explicit T(H a, H b = H(0.0f, 0.0f)) : __x(0) { const float v[4] = {float(a.x), float(a.y), float(b.x), float(b.y)}; for (int i = 0; i < N; i++) __x |= W(km::to_fp8(v[i], __NV_SATFINITE, KIND)) << 8 * i; } \
        KM_FN_C explicit operator F() const { F f; float* p = &f.x; for (int i = 0; i < N; i++) p[i] = km::from_fp8((unsigned char)(__x >> 8 * i), KIND); return f; } \
    };
KM_FP8X(__nv_fp8x2_e4m3, __nv_fp8_e4m3, 2, float2, __nv_fp8x2_storage_t, __NV_E4M3, f.x, f.y)
KM_FP8X(__nv_fp8x2_e5m2, __nv_fp8_e5m2, 2, float2, __nv_fp8x2_storage_t, __NV_E5M2, f.x, f.y)
KM_FP8X(__nv_fp8x4_e4m3, __nv_fp8_e4m3, 4, float4, __nv_fp8x4_storage_t, __NV_E4M3, f.x, f.y, f.z, f.w)
KM_FP8X(__nv_fp8x4_e5m2, __nv_fp8_e5m2, 4, float4, __nv_fp8x4_storage_t, __NV_E5M2, f.x, f.y, f.z, f.w)
#undef KM_FP8X
#undef KM_FP8
