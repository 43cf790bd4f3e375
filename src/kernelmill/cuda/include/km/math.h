// CUDA's mathematical functions and conversions that C and C++ do not have under the same name.
#pragma once
#include <cfenv>
#include <climits>
#include <cmath>
#include <math.h>
#include <immintrin.h>
#include <type_traits>

#define CUDART_INF_F __builtin_inff()
#define CUDART_INF __builtin_inf()
#define CUDART_NAN_F __builtin_nanf("")
#define CUDART_NAN __builtin_nan("")
#define CUDART_MIN_DENORM_F 1.401298464e-45f
#define CUDART_MAX_NORMAL_F 3.402823466e+38f
#define CUDART_ZERO_F 0.0f
#define CUDART_ONE_F 1.0f
#define CUDART_PI_F 3.141592654f
#define CUDART_PI 3.1415926535897931e+0
#define CUDART_PIO2_F 1.570796327f
#define CUDART_PIO4_F 0.785398163f
#define CUDART_L2E_F 1.442695041f
#define CUDART_LN2_F 0.693147181f
#define CUDART_SQRT_TWO_F 1.414213562f
#define CUDART_SQRT_HALF_F 0.707106781f
#define CUDART_2PI_F 6.283185307f

#define KM_FN inline __attribute__((always_inline))

namespace km {
template <class T> struct SameAs { using type = T; };
template <class T> using Same = typename SameAs<T>::type;  // takes no part in deduction
}  // namespace km

#define KM_MINMAX(A, B) \
    KM_FN std::common_type_t<A, B> max(A a, B b) { using C = std::common_type_t<A, B>; return C(a) < C(b) ? C(b) : C(a); } \
    KM_FN std::common_type_t<A, B> min(A a, B b) { using C = std::common_type_t<A, B>; return C(b) < C(a) ? C(b) : C(a); }
KM_MINMAX(int, int) KM_MINMAX(unsigned, unsigned) KM_MINMAX(int, unsigned) KM_MINMAX(unsigned, int)
KM_MINMAX(long, long) KM_MINMAX(unsigned long, unsigned long) KM_MINMAX(long, unsigned long) KM_MINMAX(unsigned long, long)
KM_MINMAX(long long, long long) KM_MINMAX(unsigned long long, unsigned long long)
KM_MINMAX(long long, unsigned long long) KM_MINMAX(unsigned long long, long long)
#undef KM_MINMAX
KM_FN float max(float a, float b) { return fmaxf(a, b); }
KM_FN float min(float a, float b) { return fminf(a, b); }
KM_FN double max(double a, double b) { return fmax(a, b); }
KM_FN double min(double a, double b) { return fmin(a, b); }
KM_FN double max(float a, double b) { return fmax(a, b); }
KM_FN double max(double a, float b) { return fmax(a, b); }
KM_FN double min(float a, double b) { return fmin(a, b); }
KM_FN double min(double a, float b) { return fmin(a, b); }
KM_FN unsigned umin(unsigned a, unsigned b) { return a < b ? a : b; }
KM_FN unsigned umax(unsigned a, unsigned b) { return a < b ? b : a; }
KM_FN long long llmin(long long a, long long b) { return a < b ? a : b; }
KM_FN long long llmax(long long a, long long b) { return a < b ? b : a; }
KM_FN unsigned long long ullmin(unsigned long long a, unsigned long long b) { return a < b ? a : b; }
KM_FN unsigned long long ullmax(unsigned long long a, unsigned long long b) { return a < b ? b : a; }

KM_FN float rsqrtf(float x) { return 1.0f / sqrtf(x); }
KM_FN double rsqrt(double x) { return 1.0 / sqrt(x); }
KM_FN float rsqrt(float x) { return 1.0f / sqrtf(x); }
KM_FN float rcbrtf(float x) { return 1.0f / cbrtf(x); }
KM_FN double rcbrt(double x) { return 1.0 / cbrt(x); }
KM_FN float sinpif(float x) { float r = fmodf(x, 2.0f); return r == floorf(r) ? copysignf(0.0f, x) : float(sin(double(r) * 3.141592653589793)); }
KM_FN float cospif(float x) { float r = fabsf(fmodf(x, 2.0f)); return r == 0.5f || r == 1.5f ? 0.0f : float(cos(double(r) * 3.141592653589793)); }
KM_FN double sinpi(double x) { double r = fmod(x, 2.0); return r == floor(r) ? copysign(0.0, x) : sin(r * 3.141592653589793); }
KM_FN double cospi(double x) { double r = fabs(fmod(x, 2.0)); return r == 0.5 || r == 1.5 ? 0.0 : cos(r * 3.141592653589793); }
KM_FN void sincospif(float x, float* s, float* c) { *s = sinpif(x); *c = cospif(x); }
KM_FN void sincospi(double x, double* s, double* c) { *s = sinpi(x); *c = cospi(x); }
KM_FN float fdividef(float a, float b) { return a / b; }
KM_FN double normcdf(double x) { return 0.5 * erfc(-x * 0.7071067811865476); }
KM_FN float normcdff(float x) { return float(normcdf(double(x))); }
KM_FN double erfcx(double x) { return x < 25 ? exp(x * x) * erfc(x) : 0.5641895835477563 / x * (1 - 0.5 / (x * x)); }
KM_FN float erfcxf(float x) { return float(erfcx(double(x))); }
inline double normcdfinv(double p) {  // Newton on the distribution from Acklam's start
    if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    double q = p < 0.5 ? p : 1 - p, t = sqrt(-2 * log(q));
    double x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
    for (int i = 0; i < 4; i++) x -= (0.5 * erfc(-x * 0.7071067811865476) - q) / (0.3989422804014327 * exp(-0.5 * x * x));
    return p < 0.5 ? x : -x;
}
KM_FN float normcdfinvf(float p) { return float(normcdfinv(double(p))); }
KM_FN double erfinv(double x) { return normcdfinv((x + 1) * 0.5) * 0.7071067811865476; }
KM_FN float erfinvf(float x) { return float(erfinv(double(x))); }
KM_FN double erfcinv(double x) { return -normcdfinv(x * 0.5) * 0.7071067811865476; }
KM_FN float erfcinvf(float x) { return float(erfcinv(double(x))); }
KM_FN float rhypotf(float a, float b) { return 1.0f / hypotf(a, b); }
KM_FN double rhypot(double a, double b) { return 1.0 / hypot(a, b); }
KM_FN float norm3df(float a, float b, float c) { return float(sqrt(double(a) * a + double(b) * b + double(c) * c)); }
KM_FN double norm3d(double a, double b, double c) { return sqrt(a * a + b * b + c * c); }
KM_FN float rnorm3df(float a, float b, float c) { return 1.0f / norm3df(a, b, c); }
KM_FN double rnorm3d(double a, double b, double c) { return 1.0 / norm3d(a, b, c); }
KM_FN float norm4df(float a, float b, float c, float d) { return float(sqrt(double(a) * a + double(b) * b + double(c) * c + double(d) * d)); }
KM_FN float rnorm4df(float a, float b, float c, float d) { return 1.0f / norm4df(a, b, c, d); }
KM_FN float cyl_bessel_i0f(float x) { return float(std::cyl_bessel_i(0.0, double(fabsf(x)))); }
KM_FN float cyl_bessel_i1f(float x) { return float(copysign(std::cyl_bessel_i(1.0, double(fabsf(x))), double(x))); }

// glibc declares some of these names and defines none of them.
extern "C" {
KM_FN float __expf(float x) noexcept { return expf(x); }
KM_FN float __exp10f(float x) noexcept { return exp10f(x); }
KM_FN float __logf(float x) noexcept { return logf(x); }
KM_FN float __log2f(float x) noexcept { return log2f(x); }
KM_FN float __log10f(float x) noexcept { return log10f(x); }
KM_FN float __sinf(float x) noexcept { return sinf(x); }
KM_FN float __cosf(float x) noexcept { return cosf(x); }
KM_FN float __tanf(float x) noexcept { return tanf(x); }
KM_FN float __powf(float x, float y) noexcept { return powf(x, y); }
KM_FN void __sincosf(float x, float* s, float* c) noexcept { *s = sinf(x); *c = cosf(x); }
KM_FN float __tanhf(float x) noexcept { return tanhf(x); }
}
KM_FN float __fdividef(float a, float b) { return a / b; }
KM_FN float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
KM_FN float __frcp_rn(float x) { return 1.0f / x; }
KM_FN float __fsqrt_rn(float x) { return sqrtf(x); }
KM_FN float __frsqrt_rn(float x) { return float(1.0 / sqrt(double(x))); }
KM_FN double __dsqrt_rn(double x) { return sqrt(x); }
KM_FN double __drcp_rn(double x) { return 1.0 / x; }

namespace km {
/// The exact result of an operation in float, rounded in a direction: computed in double where that is exact enough, else by the mode.
enum Mode { rn = FE_TONEAREST, rz = FE_TOWARDZERO, ru = FE_UPWARD, rd = FE_DOWNWARD };
template <class F> __attribute__((noinline)) auto rounded(int mode, F f) {
    int old = fegetround();
    fesetround(mode);
    auto r = f();
    fesetround(old);
    return r;
}
template <class T> KM_FN T opaque(T x) { asm volatile("" : "+x"(x)); return x; }
}  // namespace km

// No contraction in the functions that promise one rounding.
#define KM_ROUND(letter, T, suffix, mode) \
    KM_FN T __##letter##add_##suffix(T a, T b) { return km::rounded(mode, [&] { return km::opaque(km::opaque(a) + km::opaque(b)); }); } \
    KM_FN T __##letter##sub_##suffix(T a, T b) { return km::rounded(mode, [&] { return km::opaque(km::opaque(a) - km::opaque(b)); }); } \
    KM_FN T __##letter##mul_##suffix(T a, T b) { return km::rounded(mode, [&] { return km::opaque(km::opaque(a) * km::opaque(b)); }); } \
    KM_FN T __##letter##div_##suffix(T a, T b) { return km::rounded(mode, [&] { return km::opaque(km::opaque(a) / km::opaque(b)); }); }
KM_ROUND(f, float, rz, km::rz) KM_ROUND(f, float, ru, km::ru) KM_ROUND(f, float, rd, km::rd)
KM_ROUND(d, double, rz, km::rz) KM_ROUND(d, double, ru, km::ru) KM_ROUND(d, double, rd, km::rd)
#undef KM_ROUND
#define KM_NEAREST(letter, T) \
    KM_FN T __##letter##add_rn(T a, T b) { _Pragma("clang fp contract(off)") return a + b; } \
    KM_FN T __##letter##sub_rn(T a, T b) { _Pragma("clang fp contract(off)") return a - b; } \
    KM_FN T __##letter##mul_rn(T a, T b) { _Pragma("clang fp contract(off)") return a * b; } \
    KM_FN T __##letter##div_rn(T a, T b) { return a / b; }
KM_NEAREST(f, float) KM_NEAREST(d, double)
#undef KM_NEAREST
KM_FN float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
KM_FN float __fmaf_ieee_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
KM_FN double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
KM_FN float __fmaf_rz(float a, float b, float c) { return km::rounded(km::rz, [&] { return km::opaque(__builtin_fmaf(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN float __fmaf_ru(float a, float b, float c) { return km::rounded(km::ru, [&] { return km::opaque(__builtin_fmaf(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN float __fmaf_rd(float a, float b, float c) { return km::rounded(km::rd, [&] { return km::opaque(__builtin_fmaf(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN float __fsqrt_rz(float x) { return km::rounded(km::rz, [&] { return km::opaque(sqrtf(km::opaque(x))); }); }
KM_FN float __fsqrt_ru(float x) { return km::rounded(km::ru, [&] { return km::opaque(sqrtf(km::opaque(x))); }); }
KM_FN float __fsqrt_rd(float x) { return km::rounded(km::rd, [&] { return km::opaque(sqrtf(km::opaque(x))); }); }
KM_FN double __dsqrt_rz(double x) { return km::rounded(km::rz, [&] { return km::opaque(sqrt(km::opaque(x))); }); }
KM_FN double __dsqrt_ru(double x) { return km::rounded(km::ru, [&] { return km::opaque(sqrt(km::opaque(x))); }); }
KM_FN double __dsqrt_rd(double x) { return km::rounded(km::rd, [&] { return km::opaque(sqrt(km::opaque(x))); }); }
KM_FN double __drcp_rz(double x) { return __ddiv_rz(1.0, x); }
KM_FN double __drcp_ru(double x) { return __ddiv_ru(1.0, x); }
KM_FN double __drcp_rd(double x) { return __ddiv_rd(1.0, x); }
KM_FN double __fma_rz(double a, double b, double c) { return km::rounded(km::rz, [&] { return km::opaque(__builtin_fma(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN double __fma_ru(double a, double b, double c) { return km::rounded(km::ru, [&] { return km::opaque(__builtin_fma(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN double __fma_rd(double a, double b, double c) { return km::rounded(km::rd, [&] { return km::opaque(__builtin_fma(km::opaque(a), km::opaque(b), km::opaque(c))); }); }
KM_FN float __frcp_rz(float x) { return __fdiv_rz(1.0f, x); }
KM_FN float __frcp_ru(float x) { return __fdiv_ru(1.0f, x); }
KM_FN float __frcp_rd(float x) { return __fdiv_rd(1.0f, x); }

// Conversions: to nearest even, toward zero, up, down; out of range saturates and NaN becomes 0, as on the GPU.
namespace km {
template <class I, class F> KM_FN I saturate(F x) {
    if (!(x == x)) return sizeof(I) == 8 ? std::numeric_limits<I>::min() : I(0);
    constexpr I lo = std::numeric_limits<I>::min(), hi = std::numeric_limits<I>::max();
    if (x <= F(lo)) return lo;
    if (x >= F(hi)) return hi;
    return I(x);
}
}  // namespace km
#define KM_TO(from, F, to, I) \
    KM_FN I __##from##2##to##_rn(F x) { return km::saturate<I>(std::nearbyint(x)); } \
    KM_FN I __##from##2##to##_rz(F x) { return km::saturate<I>(std::trunc(x)); } \
    KM_FN I __##from##2##to##_ru(F x) { return km::saturate<I>(std::ceil(x)); } \
    KM_FN I __##from##2##to##_rd(F x) { return km::saturate<I>(std::floor(x)); }
KM_TO(float, float, int, int) KM_TO(float, float, uint, unsigned) KM_TO(float, float, ll, long long) KM_TO(float, float, ull, unsigned long long)
KM_TO(double, double, int, int) KM_TO(double, double, uint, unsigned) KM_TO(double, double, ll, long long) KM_TO(double, double, ull, unsigned long long)
#undef KM_TO
#define KM_FROM(from, I) \
    KM_FN float __##from##2float_rn(I x) { return float(x); } \
    KM_FN float __##from##2float_rz(I x) { return km::rounded(km::rz, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(float(y)); }); } \
    KM_FN float __##from##2float_ru(I x) { return km::rounded(km::ru, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(float(y)); }); } \
    KM_FN float __##from##2float_rd(I x) { return km::rounded(km::rd, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(float(y)); }); } \
    KM_FN double __##from##2double_rn(I x) { return double(x); }
KM_FROM(int, int) KM_FROM(uint, unsigned) KM_FROM(ll, long long) KM_FROM(ull, unsigned long long)
#define KM_FROM_WIDE(from, I) \
    KM_FN double __##from##2double_rz(I x) { return km::rounded(km::rz, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(double(y)); }); } \
    KM_FN double __##from##2double_ru(I x) { return km::rounded(km::ru, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(double(y)); }); } \
    KM_FN double __##from##2double_rd(I x) { return km::rounded(km::rd, [&] { I y = x; asm volatile("" : "+r"(y)); return km::opaque(double(y)); }); }
KM_FROM_WIDE(ll, long long) KM_FROM_WIDE(ull, unsigned long long)
#undef KM_FROM_WIDE
#undef KM_FROM
KM_FN float __double2float_rn(double x) { return float(x); }
KM_FN float __double2float_rz(double x) { return km::rounded(km::rz, [&] { return km::opaque(float(km::opaque(x))); }); }
KM_FN float __double2float_ru(double x) { return km::rounded(km::ru, [&] { return km::opaque(float(km::opaque(x))); }); }
KM_FN float __double2float_rd(double x) { return km::rounded(km::rd, [&] { return km::opaque(float(km::opaque(x))); }); }
namespace km {
template <class To, class From> KM_FN To bit_cast(From v) { static_assert(sizeof(To) == sizeof(From)); To r; __builtin_memcpy(&r, &v, sizeof r); return r; }
}
KM_FN int __float_as_int(float x) { return km::bit_cast<int>(x); }
KM_FN unsigned __float_as_uint(float x) { return km::bit_cast<unsigned>(x); }
KM_FN float __int_as_float(int x) { return km::bit_cast<float>(x); }
KM_FN float __uint_as_float(unsigned x) { return km::bit_cast<float>(x); }
KM_FN long long __double_as_longlong(double x) { return km::bit_cast<long long>(x); }
KM_FN double __longlong_as_double(long long x) { return km::bit_cast<double>(x); }
KM_FN int __double2hiint(double x) { return int(km::bit_cast<long long>(x) >> 32); }
KM_FN int __double2loint(double x) { return int(km::bit_cast<long long>(x)); }
KM_FN double __hiloint2double(int hi, int lo) { return km::bit_cast<double>((long long)((unsigned long long)(unsigned)hi << 32 | (unsigned)lo)); }

KM_FN int __clz(int x) { return x ? __builtin_clz(unsigned(x)) : 32; }
KM_FN int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
KM_FN int __popc(unsigned x) { return __builtin_popcount(x); }
KM_FN int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
KM_FN int __ffs(int x) { return __builtin_ffs(x); }
KM_FN int __ffsll(long long x) { return __builtin_ffsll(x); }
KM_FN unsigned __brev(unsigned x) { return __builtin_bitreverse32(x); }
KM_FN unsigned long long __brevll(unsigned long long x) { return __builtin_bitreverse64(x); }
KM_FN int __fns(unsigned mask, unsigned base, int offset) {
    if (offset == 0) return mask >> base & 1 ? int(base) : -1;
    int step = offset > 0 ? 1 : -1, left = offset > 0 ? offset : -offset;
    for (int i = int(base); i >= 0 && i < 32; i += step)
        if (mask >> i & 1 && --left == 0) return i;
    return -1;
}
KM_FN unsigned __byte_perm(unsigned a, unsigned b, unsigned s) {
    unsigned long long all = (unsigned long long)b << 32 | a;
    unsigned r = 0;
    for (int i = 0; i < 4; i++) r |= unsigned(all >> (s >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return r;
}
KM_FN unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned s) { return unsigned((((unsigned long long)hi << 32 | lo) << (s & 31)) >> 32); }
KM_FN unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned s) { return unsigned(((unsigned long long)hi << 32 | lo) >> (s & 31)); }
KM_FN unsigned __funnelshift_lc(unsigned lo, unsigned hi, unsigned s) { return s >= 32 ? lo : __funnelshift_l(lo, hi, s); }
KM_FN unsigned __funnelshift_rc(unsigned lo, unsigned hi, unsigned s) { return s >= 32 ? hi : __funnelshift_r(lo, hi, s); }
KM_FN int __mulhi(int a, int b) { return int((long long)a * b >> 32); }
KM_FN unsigned __umulhi(unsigned a, unsigned b) { return unsigned((unsigned long long)a * b >> 32); }
KM_FN long long __mul64hi(long long a, long long b) { return (long long)((__int128)a * b >> 64); }
KM_FN unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long)((unsigned __int128)a * b >> 64); }
KM_FN int __mul24(int a, int b) { return (a << 8 >> 8) * (b << 8 >> 8); }
KM_FN unsigned __umul24(unsigned a, unsigned b) { return (a & 0xffffff) * (b & 0xffffff); }
KM_FN unsigned __sad(int a, int b, unsigned c) { return (a > b ? unsigned(a) - unsigned(b) : unsigned(b) - unsigned(a)) + c; }
KM_FN unsigned __usad(unsigned a, unsigned b, unsigned c) { return (a > b ? a - b : b - a) + c; }
KM_FN int __hadd(int a, int b) { return int(((long long)a + b) >> 1); }
KM_FN int __rhadd(int a, int b) { return int(((long long)a + b + 1) >> 1); }
KM_FN unsigned __uhadd(unsigned a, unsigned b) { return unsigned(((unsigned long long)a + b) >> 1); }
KM_FN unsigned __urhadd(unsigned a, unsigned b) { return unsigned(((unsigned long long)a + b + 1) >> 1); }
KM_FN int __dp4a(int a, int b, int c) {
    for (int i = 0; i < 4; i++) c += int((signed char)(a >> 8 * i)) * int((signed char)(b >> 8 * i));
    return c;
}
KM_FN unsigned __dp4a(unsigned a, unsigned b, unsigned c) {
    for (int i = 0; i < 4; i++) c += (a >> 8 * i & 0xff) * (b >> 8 * i & 0xff);
    return c;
}
KM_FN int __dp2a_lo(int a, int b, int c) { return c + int(short(a)) * int((signed char)b) + int(short(a >> 16)) * int((signed char)(b >> 8)); }
KM_FN int __dp2a_hi(int a, int b, int c) { return c + int(short(a)) * int((signed char)(b >> 16)) + int(short(a >> 16)) * int((signed char)(b >> 24)); }

namespace km {
template <class E, class F> KM_FN unsigned lanes(unsigned a, unsigned b, F f) {
    unsigned r = 0;
    constexpr int w = 8 * sizeof(E);
    for (int i = 0; i < 32 / w; i++) r |= unsigned(std::make_unsigned_t<E>(f(E(a >> w * i), E(b >> w * i)))) << w * i;
    return r;
}
}  // namespace km
#define KM_SIMD(name, E, expr) KM_FN unsigned name(unsigned a, unsigned b) { return km::lanes<E>(a, b, [](auto x, auto y) { using V [[maybe_unused]] = decltype(x); return expr; }); }
KM_SIMD(__vadd4, signed char, x + y) KM_SIMD(__vsub4, signed char, x - y) KM_SIMD(__vadd2, short, x + y) KM_SIMD(__vsub2, short, x - y)
KM_SIMD(__vaddss4, signed char, std::min(127, std::max(-128, x + y))) KM_SIMD(__vsubss4, signed char, std::min(127, std::max(-128, x - y)))
KM_SIMD(__vaddus4, unsigned char, std::min(255, x + y)) KM_SIMD(__vsubus4, unsigned char, std::max(0, x - y))
KM_SIMD(__vmaxs4, signed char, x > y ? x : y) KM_SIMD(__vmins4, signed char, x < y ? x : y)
KM_SIMD(__vmaxu4, unsigned char, x > y ? x : y) KM_SIMD(__vminu4, unsigned char, x < y ? x : y)
KM_SIMD(__vmaxs2, short, x > y ? x : y) KM_SIMD(__vmins2, short, x < y ? x : y)
KM_SIMD(__vabsdiffu4, unsigned char, x > y ? x - y : y - x) KM_SIMD(__vavgu4, unsigned char, (x + y + 1) / 2)
KM_SIMD(__vcmpeq4, unsigned char, x == y ? 255 : 0) KM_SIMD(__vcmpne4, unsigned char, x != y ? 255 : 0)
KM_SIMD(__vcmpgtu4, unsigned char, x > y ? 255 : 0) KM_SIMD(__vcmpgts4, signed char, x > y ? -1 : 0)
KM_SIMD(__vcmpeq2, unsigned short, x == y ? 65535 : 0)
KM_SIMD(__vabsdiffs4, signed char, x > y ? x - y : y - x) KM_SIMD(__vabsdiffs2, short, x > y ? x - y : y - x) KM_SIMD(__vabsdiffu2, unsigned short, x > y ? x - y : y - x)
KM_SIMD(__vaddss2, short, std::min(32767, std::max(-32768, x + y))) KM_SIMD(__vsubss2, short, std::min(32767, std::max(-32768, x - y)))
KM_SIMD(__vaddus2, unsigned short, std::min(65535, x + y)) KM_SIMD(__vsubus2, unsigned short, std::max(0, x - y))
KM_SIMD(__vmaxu2, unsigned short, x > y ? x : y) KM_SIMD(__vminu2, unsigned short, x < y ? x : y) KM_SIMD(__vavgu2, unsigned short, (x + y + 1) / 2)
KM_SIMD(__vavgs4, signed char, (x + y + (x + y >= 0)) >> 1) KM_SIMD(__vavgs2, short, (x + y + (x + y >= 0)) >> 1) KM_SIMD(__vhaddu4, unsigned char, (x + y) >> 1) KM_SIMD(__vhaddu2, unsigned short, (x + y) >> 1)
KM_SIMD(__vcmpne2, unsigned short, x != y ? 65535 : 0)
KM_SIMD(__vcmpgeu4, unsigned char, x >= y ? 255 : 0) KM_SIMD(__vcmpleu4, unsigned char, x <= y ? 255 : 0) KM_SIMD(__vcmpltu4, unsigned char, x < y ? 255 : 0)
KM_SIMD(__vcmpges4, signed char, x >= y ? -1 : 0) KM_SIMD(__vcmples4, signed char, x <= y ? -1 : 0) KM_SIMD(__vcmplts4, signed char, x < y ? -1 : 0)
KM_SIMD(__vcmpgeu2, unsigned short, x >= y ? 65535 : 0) KM_SIMD(__vcmpgtu2, unsigned short, x > y ? 65535 : 0) KM_SIMD(__vcmpleu2, unsigned short, x <= y ? 65535 : 0) KM_SIMD(__vcmpltu2, unsigned short, x < y ? 65535 : 0)
KM_SIMD(__vcmpges2, short, x >= y ? -1 : 0) KM_SIMD(__vcmpgts2, short, x > y ? -1 : 0) KM_SIMD(__vcmples2, short, x <= y ? -1 : 0) KM_SIMD(__vcmplts2, short, x < y ? -1 : 0)
KM_SIMD(__vseteq4, unsigned char, x == y) KM_SIMD(__vsetne4, unsigned char, x != y) KM_SIMD(__vsetgtu4, unsigned char, x > y) KM_SIMD(__vsetltu4, unsigned char, x < y) KM_SIMD(__vsetgeu4, unsigned char, x >= y)
KM_SIMD(__vsetleu4, unsigned char, x <= y) KM_SIMD(__vsetgts4, signed char, x > y) KM_SIMD(__vsetlts4, signed char, x < y) KM_SIMD(__vsetges4, signed char, x >= y) KM_SIMD(__vsetles4, signed char, x <= y)
KM_SIMD(__vseteq2, unsigned short, x == y) KM_SIMD(__vsetne2, unsigned short, x != y) KM_SIMD(__vsetgtu2, unsigned short, x > y) KM_SIMD(__vsetltu2, unsigned short, x < y) KM_SIMD(__vsetgeu2, unsigned short, x >= y)
KM_SIMD(__vsetleu2, unsigned short, x <= y) KM_SIMD(__vsetgts2, short, x > y) KM_SIMD(__vsetlts2, short, x < y) KM_SIMD(__vsetges2, short, x >= y) KM_SIMD(__vsetles2, short, x <= y)
#undef KM_SIMD
KM_FN unsigned __vabs4(unsigned a) { return km::lanes<signed char>(a, 0, [](int x, int) { return x < 0 ? -x : x; }); }
KM_FN unsigned __vabs2(unsigned a) { return km::lanes<short>(a, 0, [](int x, int) { return x < 0 ? -x : x; }); }
KM_FN unsigned __vabsss4(unsigned a) { return km::lanes<signed char>(a, 0, [](int x, int) { return std::min(127, x < 0 ? -x : x); }); }
KM_FN unsigned __vabsss2(unsigned a) { return km::lanes<short>(a, 0, [](int x, int) { return std::min(32767, x < 0 ? -x : x); }); }
KM_FN unsigned __vneg4(unsigned a) { return km::lanes<signed char>(a, 0, [](int x, int) { return -x; }); }
KM_FN unsigned __vneg2(unsigned a) { return km::lanes<short>(a, 0, [](int x, int) { return -x; }); }
KM_FN unsigned __vnegss4(unsigned a) { return km::lanes<signed char>(a, 0, [](int x, int) { return std::min(127, -x); }); }
KM_FN unsigned __vnegss2(unsigned a) { return km::lanes<short>(a, 0, [](int x, int) { return std::min(32767, -x); }); }
KM_FN unsigned __vsads2(unsigned a, unsigned b) { return unsigned(std::abs(int(short(a)) - int(short(b))) + std::abs(int(short(a >> 16)) - int(short(b >> 16)))); }
KM_FN unsigned __vsadu2(unsigned a, unsigned b) { return unsigned(std::abs(int(a & 65535) - int(b & 65535)) + std::abs(int(a >> 16) - int(b >> 16))); }
KM_FN unsigned __vsads4(unsigned a, unsigned b) { unsigned s = 0; for (int i = 0; i < 4; i++) s += unsigned(std::abs(int((signed char)(a >> 8 * i)) - int((signed char)(b >> 8 * i)))); return s; }
KM_FN unsigned __vsadu4(unsigned a, unsigned b) { unsigned s = 0; for (int i = 0; i < 4; i++) s += unsigned(std::abs(int(a >> 8 * i & 255) - int(b >> 8 * i & 255))); return s; }

#define KM_CACHED(name) template <class T> KM_FN T name(const T* p) { return *p; }
KM_CACHED(__ldg) KM_CACHED(__ldca) KM_CACHED(__ldcg) KM_CACHED(__ldcs) KM_CACHED(__ldlu) KM_CACHED(__ldcv)
#undef KM_CACHED
#define KM_CACHED(name) template <class T> KM_FN void name(T* p, km::Same<T> v) { *p = v; }
KM_CACHED(__stwb) KM_CACHED(__stcg) KM_CACHED(__stcs) KM_CACHED(__stwt)
#undef KM_CACHED
template <class T> KM_FN void __prefetch_global_l1(const T*) {}
template <class T> KM_FN void __prefetch_global_l2(const T*) {}
