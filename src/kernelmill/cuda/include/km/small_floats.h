// Types of 16 bits: every operation rounds once, to nearest even, as the GPU's does. The macro gives half and bfloat16 the same operators and
// the functions whose names they share.
#pragma once
#include "atomics.h"

struct __half_raw { unsigned short x; };
struct __half2_raw { unsigned short x, y; };
struct __nv_bfloat16_raw { unsigned short x; };

namespace km {
KM_FN float half_to_float(unsigned short u) { _Float16 h; __builtin_memcpy(&h, &u, 2); return float(h); }
KM_FN unsigned short float_to_half(float f) { _Float16 h = _Float16(f); unsigned short u; __builtin_memcpy(&u, &h, 2); return f == f ? u : 0x7fff; }
KM_FN unsigned short double_to_half(double f) { _Float16 h = _Float16(f); unsigned short u; __builtin_memcpy(&u, &h, 2); return f == f ? u : 0x7fff; }
KM_FN float bf16_to_float(unsigned short u) { return bit_cast<float>(unsigned(u) << 16); }
KM_FN unsigned short float_to_bf16(float f) {
    unsigned u = bit_cast<unsigned>(f);
    unsigned r = (u + 0x7fff + (u >> 16 & 1)) >> 16;
    return (unsigned short)(f == f ? r : 0x7fff);
}
KM_FN unsigned short double_to_bf16(double d) {  // one rounding: to odd in float first
    float f = float(d);
    if (double(f) != d && f == f) {
        unsigned u = bit_cast<unsigned>(f);
        if (std::fabs(double(f)) > std::fabs(d)) u--;
        f = bit_cast<float>(u | 1);
    }
    return float_to_bf16(f);
}
/// Rounds to a 16-bit type in a direction: nearest first, then one step where that went the wrong way.
template <class To, class From> KM_FN unsigned short directed(float f, int mode, To to, From from) {
    unsigned short u = to(f);
    float g = from(u);
    if (!(f == f) || g == f) return u;
    bool toward_zero = std::fabs(g) > std::fabs(f), up = g < f;
    if (mode == rz) return toward_zero ? u - 1 : u;
    if (mode == ru) return up ? (u & 0x8000 ? u - 1 : u + 1) : u;
    if (mode == rd) return !up ? (u & 0x8000 ? u + 1 : u == 0 ? 0x8001 : u - 1) : u;
    return u;
}
}  // namespace km

#define KM_SMALL_TYPE(T, T2, RAW, TOF, FROMF, FROMD) \
    struct __attribute__((aligned(2))) T { \
        unsigned short __x; \
        T() = default; \
        KM_FN_C T(const RAW& r) : __x(r.x) {} \
        KM_FN_C T(float f) : __x(FROMF(f)) {} \
        KM_FN_C T(double f) : __x(FROMD(f)) {} \
        KM_FN_C T(int v) : __x(FROMD(v)) {} \
        KM_FN_C T(unsigned v) : __x(FROMD(v)) {} \
        KM_FN_C T(short v) : __x(FROMD(v)) {} \
        KM_FN_C T(unsigned short v) : __x(FROMD(v)) {} \
        KM_FN_C T(long v) : __x(FROMD(double(v))) {} \
        KM_FN_C T(unsigned long v) : __x(FROMD(double(v))) {} \
        KM_FN_C T(long long v) : __x(FROMD(double(v))) {} \
        KM_FN_C T(unsigned long long v) : __x(FROMD(double(v))) {} \
        KM_FN_C operator float() const { return TOF(__x); } \
        KM_FN_C explicit operator RAW() const { return {__x}; } \
        KM_FN_C explicit operator bool() const { return (__x & 0x7fff) != 0; } \
        KM_FN_C explicit operator double() const { return TOF(__x); } \
        KM_FN_C explicit operator int() const { return km::saturate<int>(TOF(__x)); } \
        KM_FN_C explicit operator unsigned() const { return km::saturate<unsigned>(TOF(__x)); } \
        KM_FN_C explicit operator short() const { return km::saturate<short>(TOF(__x)); } \
        KM_FN_C explicit operator unsigned short() const { return km::saturate<unsigned short>(TOF(__x)); } \
        KM_FN_C explicit operator signed char() const { return km::saturate<signed char>(TOF(__x)); } \
        KM_FN_C explicit operator unsigned char() const { return km::saturate<unsigned char>(TOF(__x)); } \
        KM_FN_C explicit operator char() const { return km::saturate<char>(TOF(__x)); } \
        KM_FN_C explicit operator long() const { return km::saturate<long>(TOF(__x)); } \
        KM_FN_C explicit operator unsigned long() const { return km::saturate<unsigned long>(TOF(__x)); } \
        KM_FN_C explicit operator long long() const { return km::saturate<long long>(TOF(__x)); } \
        KM_FN_C explicit operator unsigned long long() const { return km::saturate<unsigned long long>(TOF(__x)); } \
        KM_FN_C T& operator=(const RAW& r) { __x = r.x; return *this; } \
        template <class U, class = decltype(((const U*)nullptr)->operator T())> KM_FN_C T& operator=(const U& u) { return *this = u.operator T(); } \
        KM_FN_C T& operator=(float f) { __x = FROMF(f); return *this; } \
        KM_FN_C T& operator=(double f) { __x = FROMD(f); return *this; } \
        KM_FN_C T& operator=(int v) { __x = FROMD(v); return *this; } \
        KM_FN_C T& operator=(unsigned v) { __x = FROMD(v); return *this; } \
        KM_FN_C T& operator=(long v) { __x = FROMD(double(v)); return *this; } \
        KM_FN_C T& operator=(long long v) { __x = FROMD(double(v)); return *this; } \
    }; \
    struct __attribute__((aligned(4))) T2 { \
        T x, y; \
        T2() = default; \
        KM_FN_C T2(const T& a, const T& b) : x(a), y(b) {} \
        KM_FN_C explicit T2(const T& a) : x(a), y(a) {} \
    }; \
    KM_FN T operator+(const T& a, const T& b) { return T(float(a) + float(b)); } \
    KM_FN T operator-(const T& a, const T& b) { return T(float(a) - float(b)); } \
    KM_FN T operator*(const T& a, const T& b) { return T(float(a) * float(b)); } \
    KM_FN T operator/(const T& a, const T& b) { return T(float(a) / float(b)); } \
    KM_FN T operator+(const T& a) { return a; } \
    KM_FN T operator-(const T& a) { T r; r.__x = a.__x ^ 0x8000; return r; } \
    KM_FN T& operator+=(T& a, const T& b) { return a = a + b; } \
    KM_FN T& operator-=(T& a, const T& b) { return a = a - b; } \
    KM_FN T& operator*=(T& a, const T& b) { return a = a * b; } \
    KM_FN T& operator/=(T& a, const T& b) { return a = a / b; } \
    KM_FN T& operator++(T& a) { return a = a + T(1.0f); } \
    KM_FN T operator++(T& a, int) { T o = a; a = a + T(1.0f); return o; } \
    KM_FN bool operator==(const T& a, const T& b) { return float(a) == float(b); } \
    KM_FN bool operator!=(const T& a, const T& b) { return float(a) != float(b); } \
    KM_FN bool operator<(const T& a, const T& b) { return float(a) < float(b); } \
    KM_FN bool operator>(const T& a, const T& b) { return float(a) > float(b); } \
    KM_FN bool operator<=(const T& a, const T& b) { return float(a) <= float(b); } \
    KM_FN bool operator>=(const T& a, const T& b) { return float(a) >= float(b); } \
    KM_FN T km_add(T a, T b) { return a + b; } \
    KM_FN T __hadd(T a, T b) { return a + b; } \
    KM_FN T __hsub(T a, T b) { return a - b; } \
    KM_FN T __hmul(T a, T b) { return a * b; } \
    KM_FN T __hdiv(T a, T b) { return a / b; } \
    KM_FN T __hadd_rn(T a, T b) { return a + b; } \
    KM_FN T __hsub_rn(T a, T b) { return a - b; } \
    KM_FN T __hmul_rn(T a, T b) { return a * b; } \
    KM_FN T __hfma(T a, T b, T c) { return T(double(a) * double(b) + double(c)); } \
    KM_FN T __hfma_relu(T a, T b, T c) { T r = __hfma(a, b, c); return float(r) > 0 ? r : T(0.0f); } \
    KM_FN T __hadd_sat(T a, T b) { return T(__saturatef(float(a) + float(b))); } \
    KM_FN T __hsub_sat(T a, T b) { return T(__saturatef(float(a) - float(b))); } \
    KM_FN T __hmul_sat(T a, T b) { return T(__saturatef(float(a) * float(b))); } \
    KM_FN T __hfma_sat(T a, T b, T c) { return T(__saturatef(float(__hfma(a, b, c)))); } \
    KM_FN T __hneg(T a) { return -a; } \
    KM_FN T __habs(T a) { a.__x &= 0x7fff; return a; } \
    KM_FN bool __heq(T a, T b) { return a == b; } \
    KM_FN bool __hne(T a, T b) { return a < b || a > b; } \
    KM_FN bool __hlt(T a, T b) { return a < b; } \
    KM_FN bool __hle(T a, T b) { return a <= b; } \
    KM_FN bool __hgt(T a, T b) { return a > b; } \
    KM_FN bool __hge(T a, T b) { return a >= b; } \
    KM_FN bool __hequ(T a, T b) { return !(a < b || a > b); } \
    KM_FN bool __hneu(T a, T b) { return a != b; } \
    KM_FN bool __hltu(T a, T b) { return !(a >= b); } \
    KM_FN bool __hgtu(T a, T b) { return !(a <= b); } \
    KM_FN bool __hisnan(T a) { return float(a) != float(a); } \
    KM_FN int __hisinf(T a) { return float(a) == INFINITY ? 1 : float(a) == -INFINITY ? -1 : 0; } \
    KM_FN T __hmax(T a, T b) { return T(fmaxf(float(a), float(b))); } \
    KM_FN T __hmin(T a, T b) { return T(fminf(float(a), float(b))); } \
    KM_FN T __hmax_nan(T a, T b) { return __hisnan(a) ? a : __hisnan(b) ? b : __hmax(a, b); } \
    KM_FN T __hmin_nan(T a, T b) { return __hisnan(a) ? a : __hisnan(b) ? b : __hmin(a, b); } \
    KM_FN T max(T a, T b) { return __hmax(a, b); } \
    KM_FN T min(T a, T b) { return __hmin(a, b); } \
    KM_FN T hexp(T a) { return T(expf(float(a))); } \
    KM_FN T hexp2(T a) { return T(exp2f(float(a))); } \
    KM_FN T hexp10(T a) { return T(exp10f(float(a))); } \
    KM_FN T hlog(T a) { return T(logf(float(a))); } \
    KM_FN T hlog2(T a) { return T(log2f(float(a))); } \
    KM_FN T hlog10(T a) { return T(log10f(float(a))); } \
    KM_FN T hsqrt(T a) { return T(sqrtf(float(a))); } \
    KM_FN T hrsqrt(T a) { return T(rsqrtf(float(a))); } \
    KM_FN T hrcp(T a) { return T(1.0f / float(a)); } \
    KM_FN T hsin(T a) { return T(sinf(float(a))); } \
    KM_FN T hcos(T a) { return T(cosf(float(a))); } \
    KM_FN T htanh(T a) { return T(tanhf(float(a))); } \
    KM_FN T htanh_approx(T a) { return T(tanhf(float(a))); } \
    KM_FN T hceil(T a) { return T(ceilf(float(a))); } \
    KM_FN T hfloor(T a) { return T(floorf(float(a))); } \
    KM_FN T htrunc(T a) { return T(truncf(float(a))); } \
    KM_FN T hrint(T a) { return T(rintf(float(a))); } \
    KM_FN T2 operator+(const T2& a, const T2& b) { return {a.x + b.x, a.y + b.y}; } \
    KM_FN T2 operator-(const T2& a, const T2& b) { return {a.x - b.x, a.y - b.y}; } \
    KM_FN T2 operator*(const T2& a, const T2& b) { return {a.x * b.x, a.y * b.y}; } \
    KM_FN T2 operator/(const T2& a, const T2& b) { return {a.x / b.x, a.y / b.y}; } \
    KM_FN T2 operator-(const T2& a) { return {-a.x, -a.y}; } \
    KM_FN T2& operator+=(T2& a, const T2& b) { return a = a + b; } \
    KM_FN T2& operator-=(T2& a, const T2& b) { return a = a - b; } \
    KM_FN T2& operator*=(T2& a, const T2& b) { return a = a * b; } \
    KM_FN T2& operator/=(T2& a, const T2& b) { return a = a / b; } \
    KM_FN bool operator==(const T2& a, const T2& b) { return a.x == b.x && a.y == b.y; } \
    KM_FN bool operator!=(const T2& a, const T2& b) { return !(a == b); } \
    KM_FN T2 km_add(T2 a, T2 b) { return a + b; } \
    KM_FN T2 __hadd2(T2 a, T2 b) { return a + b; } \
    KM_FN T2 __hsub2(T2 a, T2 b) { return a - b; } \
    KM_FN T2 __hmul2(T2 a, T2 b) { return a * b; } \
    KM_FN T2 __h2div(T2 a, T2 b) { return a / b; } \
    KM_FN T2 __hadd2_rn(T2 a, T2 b) { return a + b; } \
    KM_FN T2 __hmul2_rn(T2 a, T2 b) { return a * b; } \
    KM_FN T2 __hsub2_rn(T2 a, T2 b) { return a - b; } \
    KM_FN T2 __hfma2(T2 a, T2 b, T2 c) { return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)}; } \
    KM_FN T2 __hfma2_relu(T2 a, T2 b, T2 c) { return {__hfma_relu(a.x, b.x, c.x), __hfma_relu(a.y, b.y, c.y)}; } \
    KM_FN T2 __hadd2_sat(T2 a, T2 b) { return {__hadd_sat(a.x, b.x), __hadd_sat(a.y, b.y)}; } \
    KM_FN T2 __hmul2_sat(T2 a, T2 b) { return {__hmul_sat(a.x, b.x), __hmul_sat(a.y, b.y)}; } \
    KM_FN T2 __hneg2(T2 a) { return -a; } \
    KM_FN T2 __habs2(T2 a) { return {__habs(a.x), __habs(a.y)}; } \
    KM_FN T2 __hmax2(T2 a, T2 b) { return {__hmax(a.x, b.x), __hmax(a.y, b.y)}; } \
    KM_FN T2 __hmin2(T2 a, T2 b) { return {__hmin(a.x, b.x), __hmin(a.y, b.y)}; } \
    KM_FN T2 __heq2(T2 a, T2 b) { return {T(float(a.x == b.x)), T(float(a.y == b.y))}; } \
    KM_FN T2 __hne2(T2 a, T2 b) { return {T(float(a.x != b.x)), T(float(a.y != b.y))}; } \
    KM_FN T2 __hlt2(T2 a, T2 b) { return {T(float(a.x < b.x)), T(float(a.y < b.y))}; } \
    KM_FN T2 __hle2(T2 a, T2 b) { return {T(float(a.x <= b.x)), T(float(a.y <= b.y))}; } \
    KM_FN T2 __hgt2(T2 a, T2 b) { return {T(float(a.x > b.x)), T(float(a.y > b.y))}; } \
    KM_FN T2 __hge2(T2 a, T2 b) { return {T(float(a.x >= b.x)), T(float(a.y >= b.y))}; } \
    KM_FN bool __hbeq2(T2 a, T2 b) { return a == b; } \
    KM_FN bool __hblt2(T2 a, T2 b) { return a.x < b.x && a.y < b.y; } \
    KM_FN bool __hbgt2(T2 a, T2 b) { return a.x > b.x && a.y > b.y; } \
    KM_FN bool __hbge2(T2 a, T2 b) { return a.x >= b.x && a.y >= b.y; } \
    KM_FN bool __hble2(T2 a, T2 b) { return a.x <= b.x && a.y <= b.y; } \
    KM_FN T2 h2exp(T2 a) { return {hexp(a.x), hexp(a.y)}; } \
    KM_FN T2 h2exp2(T2 a) { return {hexp2(a.x), hexp2(a.y)}; } \
    KM_FN T2 h2log(T2 a) { return {hlog(a.x), hlog(a.y)}; } \
    KM_FN T2 h2log2(T2 a) { return {hlog2(a.x), hlog2(a.y)}; } \
    KM_FN T2 h2sqrt(T2 a) { return {hsqrt(a.x), hsqrt(a.y)}; } \
    KM_FN T2 h2rsqrt(T2 a) { return {hrsqrt(a.x), hrsqrt(a.y)}; } \
    KM_FN T2 h2rcp(T2 a) { return {hrcp(a.x), hrcp(a.y)}; } \
    KM_FN T2 h2sin(T2 a) { return {hsin(a.x), hsin(a.y)}; } \
    KM_FN T2 h2cos(T2 a) { return {hcos(a.x), hcos(a.y)}; } \
    KM_FN T2 h2tanh_approx(T2 a) { return {htanh(a.x), htanh(a.y)}; } \
    KM_FN T2 h2tanh(T2 a) { return {htanh(a.x), htanh(a.y)}; } \
    KM_FN T2 __lowhigh2highlow_(T2 a) { return {a.y, a.x}; }
#define KM_FN_C inline __attribute__((always_inline))

