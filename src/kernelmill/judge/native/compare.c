/* Outputs against outputs, poison and canaries. Counting loops first, for the vectoriser; details only when wrong. */
#include <math.h>
#include <string.h>

#include "judge.h"
#include "random.h"

static const uint8_t size_of[] = {8, 4, 2, 2, 1, 1, 8, 4, 1, 1, 1};

static inline float bf16(uint16_t x) {
  uint32_t b = (uint32_t)x << 16;
  float f;
  memcpy(&f, &b, 4);
  return f;
}

static inline float f8(uint8_t x, int e, int m) {
  int exponent = x >> m & ((1 << e) - 1), mantissa = x & ((1 << m) - 1), bias = (1 << (e - 1)) - 1;
  float sign = x & 0x80 ? -1.0f : 1.0f;
  if (e == 4 && (x & 0x7f) == 0x7f) return NAN;
  if (e == 5 && exponent == 31) return mantissa ? NAN : sign * INFINITY;
  return sign * (exponent ? ldexpf((float)(mantissa + (1 << m)), exponent - bias - m) : ldexpf((float)mantissa, 1 - bias - m));
}

/* Whether got is acceptable for want. Equality covers infinities; two NaNs are equal. */
static inline int good(double got, double want, double tolerance) {
  return fabs(got - want) <= tolerance || got == want || (got != got && want != want);
}
static inline int good_f32(float got, float want, float tolerance) {
  return (fabsf(got - want) <= tolerance) | (got == want) | ((got != got) & (want != want));
}

static double value(const void *at, uint64_t i, uint32_t dtype) {
  switch (dtype) {
    case KM_F64: return ((const double *)at)[i];
    case KM_F32: return ((const float *)at)[i];
    case KM_F16: return (double)((const _Float16 *)at)[i];
    case KM_BF16: return bf16(((const uint16_t *)at)[i]);
    case KM_F8E4M3: return f8(((const uint8_t *)at)[i], 4, 3);
    case KM_F8E5M2: return f8(((const uint8_t *)at)[i], 5, 2);
    case KM_I64: return (double)((const int64_t *)at)[i];
    case KM_I32: return ((const int32_t *)at)[i];
    case KM_I8: return ((const int8_t *)at)[i];
    default: return ((const uint8_t *)at)[i];
  }
}

static uint64_t wrong_f32(const float *restrict got, const float *restrict want, uint64_t n, float a, float r) {
  uint64_t wrong = 0;
  for (uint64_t at = 0; at < n; at += 4096) {
    uint32_t here = 0; /* a 32-bit counter per block keeps the lanes narrow */
    uint64_t end = at + 4096 < n ? at + 4096 : n;
    for (uint64_t i = at; i < end; i++) here += !good_f32(got[i], want[i], a + r * fabsf(want[i]));
    wrong += here;
  }
  return wrong;
}

static int bad_at(const void *got, const void *want, uint64_t i, const struct km_rule *rule, const float *bound, double *by) {
  if (rule->dtype >= KM_I64) return *by = 1, memcmp((const char *)got + i * size_of[rule->dtype], (const char *)want + i * size_of[rule->dtype], size_of[rule->dtype]) != 0;
  double g = value(got, i, rule->dtype), w = value(want, i, rule->dtype);
  double tolerance = bound ? bound[i] : rule->absolute + rule->relative * fabs(w);
  *by = fabs(g - w) / (tolerance + 1e-300);
  if (*by != *by) *by = INFINITY;
  return !good(g, w, tolerance);
}

void km_compare(const void *got, const void *want, uint64_t count, const struct km_rule *rule, const float *bound, uint64_t poison,
                struct km_difference *d) {
  memset(d, 0, sizeof *d);
  uint64_t bytes = count * size_of[rule->dtype];
  if (rule->skip) {
    d->poison = km_count_poison(got, count, rule->dtype, poison);
    return;
  }
  if (rule->dtype >= KM_I64 || memcmp(got, want, bytes < 4096 ? bytes : 4096) == 0)
    if (memcmp(got, want, bytes) == 0) return; /* identical, and the baseline left no poison of ours */
  if (rule->dtype == KM_F32 && !bound && wrong_f32(got, want, count, (float)rule->absolute, (float)rule->relative) == 0) return;
  double worst = -1, by;
  for (uint64_t i = 0; i < count; i++) {
    if (!bad_at(got, want, i, rule, bound, &by)) continue;
    if (!d->wrong++) d->first = i;
    if (by > worst) worst = by, d->worst = i;
  }
  if (d->wrong) d->poison = km_count_poison(got, count, rule->dtype, poison);
  if ((double)d->wrong <= rule->share * (double)count && !d->poison) d->wrong = 0;
}

uint64_t km_new_poison(uint64_t seed) {
  uint64_t r = km_mix(seed), p = 0;
  for (int i = 0; i < 4; i++, r = km_mix(r)) p = p << 16 | 0x7ff1 | (r & 0x800e); /* NaN as f16, bf16 and, in front, as f32 and f64 */
  return (p & 0xffff0000ffff0000ull) | (r & 0x0000ffff0000ffffull);
}

static uint64_t pattern(uint64_t poison, uint32_t dtype) {
  switch (size_of[dtype]) {
    case 8: return poison;
    case 4: return poison >> 32 | (poison & 0xffffffff00000000ull);
    case 2: return (poison >> 48) * 0x0001000100010001ull;
    default: return (poison >> 48 & 0xff) * 0x0101010101010101ull;
  }
}

void km_poison(void *to, uint64_t count, uint32_t dtype, uint64_t poison) {
  uint64_t word = pattern(poison, dtype), bytes = count * size_of[dtype], i = 0;
  for (; i + 8 <= bytes; i += 8) memcpy((char *)to + i, &word, 8);
  memcpy((char *)to + i, &word, bytes - i);
}

void km_poison_some(void *to, uint64_t count, uint32_t dtype, uint64_t poison, uint32_t places, uint64_t seed) {
  uint64_t state = seed, word = pattern(poison, dtype), size = size_of[dtype];
  for (uint32_t k = 0; k < places && count; k++)
    memcpy((char *)to + (uint64_t)((unsigned __int128)km_next(&state) * count >> 64) * size, &word, size);
}

#define COUNT(type)                                                       \
  {                                                                       \
    const type *p = at, bad = (type)word;                                 \
    for (uint64_t i = 0; i < count; i++) n += p[i] == bad;                \
    return n;                                                             \
  }

uint64_t km_count_poison(const void *at, uint64_t count, uint32_t dtype, uint64_t poison) {
  uint64_t word = pattern(poison, dtype), n = 0;
  switch (size_of[dtype]) {
    case 8: COUNT(uint64_t)
    case 4: COUNT(uint32_t)
    case 2: COUNT(uint16_t)
    default: COUNT(uint8_t)
  }
}

static inline uint8_t canary(uint64_t at, uint64_t seed) { return (uint8_t)(((at ^ seed) * 0x9e3779b97f4a7c15ull) >> 56 | 1); }

void km_canaries(void *memory, const struct km_place *places, uint64_t n, uint32_t region, uint64_t seed) {
  uint8_t *m = memory;
  for (const struct km_place *p = places; p < places + n; p++) {
    if (p->region != region) continue;
    for (uint64_t at = p->slack_from; at < p->file; at++) m[at] = canary(at, seed);
    for (uint64_t at = p->file + p->bytes; at < p->slack_to; at++) m[at] = canary(at, seed);
  }
}

int64_t km_check_canaries(const void *memory, const struct km_place *places, uint64_t n, uint32_t region, uint64_t seed) {
  const uint8_t *m = memory;
  for (const struct km_place *p = places; p < places + n; p++) {
    if (p->region != region) continue;
    int damaged = 0;
    for (uint64_t at = p->slack_from; at < p->file; at++) damaged |= m[at] ^ canary(at, seed);
    for (uint64_t at = p->file + p->bytes; at < p->slack_to; at++) damaged |= m[at] ^ canary(at, seed);
    if (damaged) return p - places;
  }
  return -1;
}
