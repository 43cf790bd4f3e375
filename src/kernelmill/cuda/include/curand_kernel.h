// Random numbers in device code: Philox 4x32-10 as published (Salmon et al. 2011), XORWOW after Marsaglia (2003). The sequences of Philox
// follow cuRAND's numbering of subsequence and offset; XORWOW's seeding is our own.
#pragma once
#include "cuda_runtime.h"

struct curandStatePhilox4_32_10 {
    uint4 ctr, output;
    uint2 key;
    unsigned STATE;
    int boxmuller_flag, boxmuller_flag_double;
    float boxmuller_extra;
    double boxmuller_extra_double;
};
typedef curandStatePhilox4_32_10 curandStatePhilox4_32_10_t;
struct curandStateXORWOW {
    unsigned d, v[5];
    int boxmuller_flag, boxmuller_flag_double;
    float boxmuller_extra;
    double boxmuller_extra_double;
};
typedef curandStateXORWOW curandStateXORWOW_t;
typedef curandStateXORWOW curandState_t;
typedef curandStateXORWOW curandState;
typedef curandStateXORWOW curandStateMRG32k3a;
typedef curandStateXORWOW curandStateMRG32k3a_t;

namespace km {
inline uint4 philox(uint4 c, uint2 k) {
    for (int i = 0; i < 10; i++) {
        unsigned hi0 = __umulhi(0xD2511F53u, c.x), lo0 = 0xD2511F53u * c.x, hi1 = __umulhi(0xCD9E8D57u, c.z), lo1 = 0xCD9E8D57u * c.z;
        c = {hi1 ^ c.y ^ k.x, lo1, hi0 ^ c.w ^ k.y, lo0};
        k.x += 0x9E3779B9u;
        k.y += 0xBB67AE85u;
    }
    return c;
}
inline void advance(uint4& c, unsigned long long n) {
    unsigned lo = unsigned(n), hi = unsigned(n >> 32);
    c.x += lo;
    if (c.x < lo) hi++;
    c.y += hi;
    if (hi <= c.y) return;
    if (++c.z) return;
    ++c.w;
}
inline float unit(unsigned x) { return float(x) * 2.3283064e-10f + 2.3283064e-10f / 2.0f; }
inline double unit2(unsigned a, unsigned b) { unsigned long long z = (unsigned long long)a ^ (unsigned long long)b << 21; return double(z) * 1.1102230246251565e-16 + 5.551115123125783e-17; }
}  // namespace km

inline void curand_init(unsigned long long seed, unsigned long long sequence, unsigned long long offset, curandStatePhilox4_32_10* s) {
    *s = {};
    s->key = {unsigned(seed), unsigned(seed >> 32)};
    s->ctr = {0, 0, unsigned(sequence), unsigned(sequence >> 32)};
    km::advance(s->ctr, offset / 4);
    s->STATE = unsigned(offset & 3);
    s->output = km::philox(s->ctr, s->key);
}
inline unsigned curand(curandStatePhilox4_32_10* s) {
    unsigned r = (&s->output.x)[s->STATE++];
    if (s->STATE == 4) {
        km::advance(s->ctr, 1);
        s->output = km::philox(s->ctr, s->key);
        s->STATE = 0;
    }
    return r;
}
inline uint4 curand4(curandStatePhilox4_32_10* s) { return {curand(s), curand(s), curand(s), curand(s)}; }
inline void skipahead(unsigned long long n, curandStatePhilox4_32_10* s) { while (n--) curand(s); }

inline void curand_init(unsigned long long seed, unsigned long long sequence, unsigned long long offset, curandStateXORWOW* s) {
    *s = {};
    unsigned long long z = seed * 0x9E3779B97F4A7C15ull + sequence * 0xD1342543DE82EF95ull + 0x632BE59BD9B4E019ull;
    for (unsigned& v : s->v) {
        z += 0x9E3779B97F4A7C15ull;
        unsigned long long t = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
        t = (t ^ t >> 27) * 0x94D049BB133111EBull;
        v = unsigned(t ^ t >> 31) | 1;
    }
    s->d = unsigned(z >> 32);
    for (unsigned long long i = 0; i < offset; i++) {
        unsigned t = s->v[0] ^ s->v[0] >> 2;
        for (int k = 0; k < 4; k++) s->v[k] = s->v[k + 1];
        s->v[4] = s->v[4] ^ s->v[4] << 4 ^ t ^ t << 1;
        s->d += 362437;
    }
}
inline unsigned curand(curandStateXORWOW* s) {
    unsigned t = s->v[0] ^ s->v[0] >> 2;
    for (int k = 0; k < 4; k++) s->v[k] = s->v[k + 1];
    s->v[4] = s->v[4] ^ s->v[4] << 4 ^ t ^ t << 1;
    s->d += 362437;
    return s->v[4] + s->d;
}
template <class S> float curand_uniform(S* s) { return km::unit(curand(s)); }
template <class S> double curand_uniform_double(S* s) { unsigned a = curand(s), b = curand(s); return km::unit2(a, b); }
template <class S> float2 curand_normal2(S* s) {
    float u = km::unit(curand(s)), v = km::unit(curand(s)) * 6.2831855f, r = sqrtf(-2.0f * logf(u));
    return {r * sinf(v), r * cosf(v)};
}
template <class S> float curand_normal(S* s) {
    if (s->boxmuller_flag) { s->boxmuller_flag = 0; return s->boxmuller_extra; }
    float2 n = curand_normal2(s);
    s->boxmuller_flag = 1;
    s->boxmuller_extra = n.y;
    return n.x;
}
template <class S> double2 curand_normal2_double(S* s) {
    double u = curand_uniform_double(s), v = curand_uniform_double(s) * 6.283185307179586, r = sqrt(-2.0 * log(u));
    return {r * sin(v), r * cos(v)};
}
template <class S> double curand_normal_double(S* s) {
    if (s->boxmuller_flag_double) { s->boxmuller_flag_double = 0; return s->boxmuller_extra_double; }
    double2 n = curand_normal2_double(s);
    s->boxmuller_flag_double = 1;
    s->boxmuller_extra_double = n.y;
    return n.x;
}
template <class S> float curand_log_normal(S* s, float m, float d) { return expf(m + d * curand_normal(s)); }
inline float4 curand_uniform4(curandStatePhilox4_32_10* s) { uint4 x = curand4(s); return {km::unit(x.x), km::unit(x.y), km::unit(x.z), km::unit(x.w)}; }
inline float4 curand_normal4(curandStatePhilox4_32_10* s) { float2 a = curand_normal2(s), b = curand_normal2(s); return {a.x, a.y, b.x, b.y}; }
template <class S> unsigned curand_poisson(S* s, double lambda) {
    double l = exp(-lambda), p = 1;
    unsigned k = 0;
    do { k++; p *= curand_uniform_double(s); } while (p > l);
    return k - 1;
}
#include "curand.h"
