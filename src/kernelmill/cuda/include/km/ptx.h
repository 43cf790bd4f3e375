// What inline PTX is translated to. Registers are plain integers and floats; `as` reads one under an instruction's type, `put` writes one.
#pragma once
#include "exchange.h"
#include "small_floats.h"

namespace km {
namespace ptx {

struct f16 { uint16_t u; operator float() const { return half_to_float(u); } f16() = default; f16(float f) : u(float_to_half(f)) {} };
struct bf16 { uint16_t u; operator float() const { return bf16_to_float(u); } bf16() = default; bf16(float f) : u(float_to_bf16(f)) {} };
template <class E> struct pair {
    E x, y;
    pair() = default;
    pair(E a, E b) : x(a), y(b) {}
};
using f16x2 = pair<f16>;
using bf16x2 = pair<bf16>;
struct tf32 { uint32_t u; };
struct e4m3x2 { uint16_t u; };
struct e5m2x2 { uint16_t u; };

struct Sink { template <class T> void operator=(const T&) const {} };
static const Sink sink;

template <class T> constexpr bool number = std::is_arithmetic_v<T> || std::is_same_v<T, unsigned __int128>;

/// Operand of an asm statement to register.
template <class R, class T> KM_FN R get(const T& v) {
    if constexpr (std::is_pointer_v<T>) return R(reinterpret_cast<uintptr_t>(v));
    else if constexpr (std::is_array_v<T>) return R(reinterpret_cast<uintptr_t>(&v[0]));
    else if constexpr (std::is_enum_v<T>) return R(v);
    else if constexpr (std::is_integral_v<T> && std::is_integral_v<R>) return R(v);
    else if constexpr (std::is_floating_point_v<T> && std::is_floating_point_v<R>) return R(v);
    else { R r{}; __builtin_memcpy(&r, &v, sizeof v < sizeof r ? sizeof v : sizeof r); return r; }
}
/// A register under a type: the bits for equal sizes, the value for literals, the low bits for wider registers.
template <class T, class R> KM_FN T as(const R& r) {
    if constexpr (std::is_same_v<T, R>) return r;
    else if constexpr (std::is_same_v<R, double> && std::is_same_v<T, float>) return float(r);
    else if constexpr (std::is_integral_v<T> && std::is_integral_v<R>) return T(r);
    else if constexpr (sizeof(T) <= sizeof(R)) { T t; __builtin_memcpy(&t, &r, sizeof t); return t; }
    else { T t{}; __builtin_memcpy(&t, &r, sizeof r); return t; }
}
template <class D, class V> KM_FN void put(D&& d, const V& v) {
    using T = std::remove_reference_t<D>;
    if constexpr (std::is_same_v<std::remove_cv_t<T>, Sink>) return;
    else if constexpr (std::is_same_v<T, bool>) d = bool(v);
    else if constexpr (std::is_pointer_v<T>) d = reinterpret_cast<T>(uintptr_t(v));
    else if constexpr (std::is_integral_v<T> && std::is_integral_v<V>) d = T(v);
    else if constexpr (std::is_same_v<T, V>) d = v;
    else if constexpr (sizeof(T) >= sizeof(V)) { T t{}; __builtin_memcpy(&t, &v, sizeof v); __builtin_memcpy(&d, &t, sizeof t); }
    else __builtin_memcpy(&d, &v, sizeof d);
}

KM_FN char* address(uint64_t r, bool shared) {
    // A 32-bit shared address, or a generic pointer that was passed where a shared address belongs.
    if (shared && r < (1ull << 32)) return __km_shared() + r;
    return reinterpret_cast<char*>(r);
}

#define KM_OP2(name, expr) template <class T> KM_FN T name(T a, T b) { return T(expr); }
#define KM_OP2P(name) template <class E> KM_FN pair<E> name(pair<E> a, pair<E> b) { return {name<E>(a.x, b.x), name<E>(a.y, b.y)}; }
KM_OP2(add, a + b) KM_OP2(sub, a - b) KM_OP2(mul, a * b) KM_OP2(div, a / b) KM_OP2(rem, a % b)
KM_OP2(and_, a & b) KM_OP2(or_, a | b) KM_OP2(xor_, a ^ b)
template <class T> KM_FN T min_(T a, T b) { if constexpr (std::is_integral_v<T>) return b < a ? b : a; else return T(fmin(a, b)); }
template <class T> KM_FN T max_(T a, T b) { if constexpr (std::is_integral_v<T>) return a < b ? b : a; else return T(fmax(a, b)); }
#define KM_PAIR2(name) template <> KM_FN f16x2 name<f16x2>(f16x2 a, f16x2 b) { return {name<f16>(a.x, b.x), name<f16>(a.y, b.y)}; } \
    template <> KM_FN bf16x2 name<bf16x2>(bf16x2 a, bf16x2 b) { return {name<bf16>(a.x, b.x), name<bf16>(a.y, b.y)}; }
KM_PAIR2(add) KM_PAIR2(sub) KM_PAIR2(mul) KM_PAIR2(min_) KM_PAIR2(max_)
template <class T> KM_FN T shl(T a, T b) { using U = std::make_unsigned_t<T>; return U(b) >= 8 * sizeof(T) ? T(0) : T(U(a) << b); }
template <class T> KM_FN T shr(T a, T b) {
    using U = std::make_unsigned_t<T>;
    if (U(b) >= 8 * sizeof(T)) return a < 0 ? T(-1) : T(0);
    return T(a >> b);
}
template <class T> KM_FN T not_(T a) { if constexpr (std::is_same_v<T, bool>) return !a; else return T(~a); }
template <class T> KM_FN T abs_(T a) { return a < T(0) ? T(-a) : a; }
template <class T> KM_FN T neg(T a) { return T(-a); }
template <> KM_FN f16x2 neg<f16x2>(f16x2 a) { return {f16(-a.x), f16(-a.y)}; }
template <class T> KM_FN T rcp(T a) { return T(1 / a); }
template <class T> KM_FN T sqrt_(T a) { return T(sqrt(a)); }
template <class T> KM_FN T rsqrt_(T a) { return T(1 / sqrt(a)); }
template <class T> KM_FN T ex2(T a) { return T(exp2(a)); }
template <> KM_FN float ex2<float>(float a) { return exp2f(a); }
template <> KM_FN f16 ex2<f16>(f16 a) { return f16(exp2f(float(a))); }
template <> KM_FN f16x2 ex2<f16x2>(f16x2 a) { return {ex2(a.x), ex2(a.y)}; }
template <class T> KM_FN T lg2(T a) { return T(log2(a)); }
template <> KM_FN float lg2<float>(float a) { return log2f(a); }
template <class T> KM_FN T sin_(T a) { return T(sin(a)); }
template <class T> KM_FN T cos_(T a) { return T(cos(a)); }
template <class T> KM_FN T tanh_(T a) { return T(tanhf(float(a))); }
template <> KM_FN f16x2 tanh_<f16x2>(f16x2 a) { return {tanh_(a.x), tanh_(a.y)}; }
template <class T> KM_FN T copysign_(T a, T b) { return T(copysign(b, a)); }
template <class T> KM_FN uint32_t popc(T a) { return uint32_t(__builtin_popcountll(std::make_unsigned_t<T>(a))); }
template <class T> KM_FN uint32_t clz(T a) { return a ? uint32_t(__builtin_clzll(std::make_unsigned_t<T>(a))) - (64 - 8 * sizeof(T)) : 8 * sizeof(T); }
template <class T> KM_FN T brev(T a) { return sizeof(T) == 8 ? T(__brevll(a)) : T(__brev(uint32_t(a))); }
template <class T> KM_FN uint32_t bfind(T a) { if (a < 0) a = T(~a); return a ? uint32_t(8 * sizeof(T) - 1 - clz(a)) : ~0u; }
template <class T> KM_FN T bfe(T a, T b, T c) {
    const int width = 8 * sizeof(T), at = int(b & 255), n = int(c & 255);
    T r = 0;
    bool sign = std::is_signed_v<T> && n && (at + n - 1 < width ? a >> (at + n - 1) & 1 : a < 0);
    for (int i = 0; i < width; i++) {
        bool bit = i < n ? (at + i < width ? a >> (at + i) & 1 : sign) : sign;
        r |= T(T(bit) << i);
    }
    return r;
}
template <class T> KM_FN T bfi(T a, T b, T c, T d) {
    const int width = 8 * sizeof(T), at = int(c & 255), n = int(d & 255);
    T mask = n >= width ? T(~T(0)) : T((T(1) << n) - 1);
    if (at >= width) return b;
    return T((b & ~(mask << at)) | (a & mask) << at);
}
template <class T> KM_FN T sad(T a, T b, T c) { return T((a > b ? a - b : b - a) + c); }
template <class T> KM_FN T hi(T a, T b) { return sizeof(T) == 8 ? T((__int128)a * b >> 64) : T(((std::is_signed_v<T> ? int64_t(a) * int64_t(b) : int64_t(uint64_t(a) * uint64_t(b))) >> 8 * sizeof(T))); }
template <> KM_FN uint64_t hi<uint64_t>(uint64_t a, uint64_t b) { return __umul64hi(a, b); }
template <class T> struct Wide;
template <> struct Wide<int16_t> { using type = int32_t; };
template <> struct Wide<uint16_t> { using type = uint32_t; };
template <> struct Wide<int32_t> { using type = int64_t; };
template <> struct Wide<uint32_t> { using type = uint64_t; };
template <class T> KM_FN typename Wide<T>::type wide(T a, T b) { return typename Wide<T>::type(a) * b; }
template <class T> KM_FN T fma(T a, T b, T c) {
    if constexpr (std::is_same_v<T, float>) return __builtin_fmaf(a, b, c);
    else if constexpr (std::is_same_v<T, double>) return __builtin_fma(a, b, c);
    else return T(float(double(float(a)) * double(float(b)) + double(float(c))));
}
template <> KM_FN f16x2 fma<f16x2>(f16x2 a, f16x2 b, f16x2 c) { return {fma(a.x, b.x, c.x), fma(a.y, b.y, c.y)}; }
template <> KM_FN bf16x2 fma<bf16x2>(bf16x2 a, bf16x2 b, bf16x2 c) { return {fma(a.x, b.x, c.x), fma(a.y, b.y, c.y)}; }
KM_FN uint32_t lop3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
    uint32_t r = 0;
    if (table & 1) r |= ~a & ~b & ~c;
    if (table & 2) r |= ~a & ~b & c;
    if (table & 4) r |= ~a & b & ~c;
    if (table & 8) r |= ~a & b & c;
    if (table & 16) r |= a & ~b & ~c;
    if (table & 32) r |= a & ~b & c;
    if (table & 64) r |= a & b & ~c;
    if (table & 128) r |= a & b & c;
    return r;
}
// The carry flag lives from one asm statement to the next only inside one template; a thread-local serves both.
inline thread_local bool carry_flag = false;
template <class T> KM_FN T add_carry(T a, T b, bool in) {
    using U = std::make_unsigned_t<T>;
    U s = U(a) + U(b);
    bool out = s < U(a);
    if (in && carry_flag) { s++; out |= s == 0; }
    carry_flag = out;
    return T(s);
}
template <class T> KM_FN T sub_carry(T a, T b, bool in) {
    using U = std::make_unsigned_t<T>;
    U s = U(a) - U(b);
    bool out = U(a) < U(b);
    if (in && carry_flag) { out |= s == 0; s--; }
    carry_flag = out;
    return T(s);
}

template <class... R> KM_FN void unpack(uint64_t v, R&&... r) {
    int at = 0;
    constexpr int width = sizeof...(R) == 2 ? 0 : 0;
    (void)width;
    ((put(r, [&] { using T = std::remove_reference_t<R>; T t{}; if constexpr (std::is_same_v<std::remove_cv_t<T>, Sink>) { at += 4; return 0; } else { uint64_t s = v >> 8 * at; __builtin_memcpy(&t, &s, sizeof t); at += sizeof t; return t; } }())), ...);
}
template <class... R> KM_FN auto pack(const R&... r) {
    constexpr size_t bytes = (sizeof(R) + ...);
    std::conditional_t<(bytes > 8), unsigned __int128, std::conditional_t<(bytes > 4), uint64_t, uint32_t>> v = 0;
    size_t at = 0;
    ((__builtin_memcpy(reinterpret_cast<char*>(&v) + at, &r, sizeof r), at += sizeof r), ...);
    return v;
}

template <class T, bool V> KM_FN T load(const char* p) {
    if constexpr (V) return *reinterpret_cast<const volatile T*>(p);
    else return *reinterpret_cast<const T*>(p);
}
template <class T, bool V> KM_FN void store(char* p, T v) {
    if constexpr (V) *reinterpret_cast<volatile T*>(p) = v;
    else *reinterpret_cast<T*>(p) = v;
}
#define KM_ATOM(op, f) template <class T> KM_FN T atom_##op(char* p, T v) { return f(reinterpret_cast<T*>(p), v); }
KM_ATOM(min, atomicMin) KM_ATOM(max, atomicMax) KM_ATOM(and, atomicAnd) KM_ATOM(or, atomicOr) KM_ATOM(xor, atomicXor)
KM_ATOM(exch, atomicExch) KM_ATOM(inc, atomicInc) KM_ATOM(dec, atomicDec)
#undef KM_ATOM
template <class T> KM_FN T atom_add(char* p, T v) {
    if constexpr (std::is_arithmetic_v<T>) return atomicAdd(reinterpret_cast<T*>(p), v);
    else return km::update(reinterpret_cast<T*>(p), [v](T o) { return add<T>(o, v); });
}
template <class T> KM_FN T atom_cas(char* p, T e, T v) { return atomicCAS(reinterpret_cast<T*>(p), e, v); }

enum class Round { none, rn, rz, rm, rp, rna, rni, rzi, rmi, rpi };
template <class T> KM_FN T relu(T v) { return v > T(0) ? v : T(0); }
template <class To, class From> KM_FN To cvt(Round mode, bool sat, From v) {
    if constexpr (std::is_same_v<To, tf32>) {
        return tf32{mode == Round::rz ? bit_cast<uint32_t>(float(v)) & 0xffffe000u
                    : mode == Round::rna ? (bit_cast<uint32_t>(float(v)) + 0x1000u) & 0xffffe000u
                                         : (bit_cast<uint32_t>(float(v)) + 0xfffu + (bit_cast<uint32_t>(float(v)) >> 13 & 1)) & 0xffffe000u};
    } else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>) {
        auto f = double(v);
        f = mode == Round::rzi ? std::trunc(f) : mode == Round::rmi ? std::floor(f) : mode == Round::rpi ? std::ceil(f) : std::nearbyint(f);
        return saturate<To>(f);
    } else if constexpr (std::is_integral_v<To>) {
        if (sat) return To(std::min<int64_t>(std::max<int64_t>(int64_t(v), int64_t(std::numeric_limits<To>::min())), int64_t(std::numeric_limits<To>::max())));
        return To(v);
    } else {
        if constexpr (std::is_floating_point_v<From> || std::is_floating_point_v<To>) {
            if (mode == Round::rni) return To(std::nearbyint(double(v)));
            if (mode == Round::rzi) return To(std::trunc(double(v)));
            if (mode == Round::rmi) return To(std::floor(double(v)));
            if (mode == Round::rpi) return To(std::ceil(double(v)));
        }
        if constexpr (std::is_same_v<To, float> && std::is_same_v<From, double>)
            return mode == Round::rz ? __double2float_rz(v) : float(v);
        if constexpr (std::is_same_v<To, f16>) {
            if (mode == Round::rz) { f16 r; r.u = directed(float(v), km::rz, float_to_half, half_to_float); return r; }
            if (sat) return f16(__saturatef(float(v)));
        }
        if constexpr (std::is_same_v<To, bf16>)
            if (mode == Round::rz) { bf16 r; r.u = directed(float(v), km::rz, float_to_bf16, bf16_to_float); return r; }
        if (sat) return To(__saturatef(float(v)));
        return To(v);
    }
}
/// Two floats to a pair: the first operand goes to the upper half.
template <class To, class From> KM_FN To cvt(Round, bool, From upper, From lower) {
    if constexpr (std::is_same_v<To, f16x2>) return {f16(lower), f16(upper)};
    else return {bf16(lower), bf16(upper)};
}

#define KM_SHFL(name, f) \
    template <class R> KM_FN bool shfl_##name(R&& out, uint32_t v, uint32_t arg, uint32_t c, uint32_t mask) { \
        int width = 32 - int(c >> 8 & 31); \
        uint32_t before = lane(); \
        put(out, f(mask, v, arg, width)); \
        (void)before; \
        int in = int(lane()) % width; \
        return #name[0] == 'u' ? in >= int(arg) : #name[0] == 'd' ? in + int(arg) < width : true; \
    }
KM_SHFL(up, __shfl_up_sync) KM_SHFL(down, __shfl_down_sync) KM_SHFL(bfly, __shfl_xor_sync) KM_SHFL(idx, __shfl_sync)
#undef KM_SHFL

KM_FN void copy(char* d, const char* s, uint64_t n) { __builtin_memcpy(d, s, n); }
KM_FN void copy(char* d, const char* s, uint64_t n, uint64_t have) {
    for (uint64_t i = 0; i < n; i++) d[i] = i < have ? s[i] : 0;
}

template <bool Trans, class... R> KM_FN void ldmatrix(char* row, R&... r) {
    char* const* rows = show(row);
    const unsigned l = lane();
    int m = 0;
    auto one = [&](auto& out) {
        uint32_t v;
        if constexpr (Trans) {
            uint16_t lo, hi;
            __builtin_memcpy(&lo, rows[m * 8 + l % 4 * 2] + 2 * (l / 4), 2);
            __builtin_memcpy(&hi, rows[m * 8 + l % 4 * 2 + 1] + 2 * (l / 4), 2);
            v = lo | uint32_t(hi) << 16;
        } else {
            __builtin_memcpy(&v, rows[m * 8 + l / 4] + 4 * (l % 4), 4);
        }
        put(out, v);
        m++;
    };
    (one(r), ...);
}
template <bool Trans, class... R> KM_FN void stmatrix(char* row, const R&... r) {
    char* const* rows = show(row);
    const unsigned l = lane();
    int m = 0;
    auto one = [&](uint32_t v) {
        if constexpr (Trans) {
            uint16_t lo = uint16_t(v), hi = uint16_t(v >> 16);
            __builtin_memcpy(rows[m * 8 + l % 4 * 2] + 2 * (l / 4), &lo, 2);
            __builtin_memcpy(rows[m * 8 + l % 4 * 2 + 1] + 2 * (l / 4), &hi, 2);
        } else {
            __builtin_memcpy(rows[m * 8 + l / 4] + 4 * (l % 4), &v, 4);
        }
        m++;
    };
    (one(as<uint32_t>(r)), ...);
}

/// Up to eight registers of 32 or 64 bits.
template <int N> struct Regs {
    uint64_t v[N] = {};
    Regs() = default;
    template <class... R> Regs(const R&... r) { int i = 0; ((__builtin_memcpy(&v[i++], &r, sizeof r)), ...); }
    template <class T> std::remove_reference_t<T> at(int i) const { std::remove_reference_t<T> t; __builtin_memcpy(&t, &v[i], sizeof t); return t; }
};

template <class T> struct Element { static constexpr int per_register = 4 / sizeof(T); using number = float; static number read(const char* p) { return number(*reinterpret_cast<const T*>(p)); } };
template <> struct Element<tf32> { static constexpr int per_register = 1; using number = float; static float read(const char* p) { return bit_cast<float>(*reinterpret_cast<const uint32_t*>(p) & 0xffffe000u); } };
template <> struct Element<double> { static constexpr int per_register = 1; using number = double; static double read(const char* p) { return *reinterpret_cast<const double*>(p); } };
template <> struct Element<int8_t> { static constexpr int per_register = 4; using number = int; static int read(const char* p) { return *reinterpret_cast<const int8_t*>(p); } };
template <> struct Element<uint8_t> { static constexpr int per_register = 4; using number = int; static int read(const char* p) { return *reinterpret_cast<const uint8_t*>(p); } };

/// D = A B + C for an 8-column tile, fragments as PTX lays them out over the lanes.
template <int M, int K, class TD, class TA, class TB, class TC, int ND, int NA, int NB, int NC>
KM_FN void mma(Regs<ND>& d, const Regs<NA>& a, const Regs<NB>& b, const Regs<NC>& c) {
    struct Both { Regs<NA> a; Regs<NB> b; };
    constexpr int e = Element<TA>::per_register;
    using S = typename Element<TA>::number;
    const Both* all = show(Both{a, b});
    const int g = int(lane()) >> 2, t = int(lane()) & 3;
    constexpr int rows = M / 8, outs = 2 * rows;
    S sum[outs] = {};
    for (int r = 0; r < NA; r++) {  // each A register holds e elements of one row
        const int row = rows == 2 ? r & 1 : 0, block = rows == 2 ? r >> 1 : r;
        for (int q = 0; q < 4; q++) {
            const char* pa = reinterpret_cast<const char*>(&all[g * 4 + q].a.v[r]);
            for (int j = 0; j < 2; j++) {
                const char* pb = reinterpret_cast<const char*>(&all[(t * 2 + j) * 4 + q].b.v[block]);
                for (int i = 0; i < e; i++) sum[row * 2 + j] += Element<TA>::read(pa + i * sizeof(TA)) * Element<TB>::read(pb + i * sizeof(TB));
            }
        }
    }
    for (int o = 0; o < outs; o++) {
        if constexpr (std::is_same_v<TC, f16>) {
            const int r = o / 2, h = o % 2;
            float before = half_to_float(uint16_t(c.v[r] >> 16 * h));
            uint64_t u = float_to_half(float(sum[o]) + before);
            d.v[r] = h ? (d.v[r] & 0xffff) | u << 16 : u;
        } else {
            TC before;
            __builtin_memcpy(&before, &c.v[o], sizeof before);
            TD after = TD(before + TD(sum[o]));
            __builtin_memcpy(&d.v[o], &after, sizeof after);
        }
    }
}
}  // namespace ptx
}  // namespace km
