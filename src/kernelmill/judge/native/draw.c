/* Random tensors, fast: the judge refills every input before every timed batch.
 *
 * 64 interleaved xoshiro128++ generators (Blackman, Vigna 2021) make blocks of words; plain loops turn a block into
 * numbers, so that the vectoriser does the work and the values depend on the seed alone, not on the machine.
 */
#include <math.h>
#include <string.h>

#include "judge.h"
#include "random.h"

#define LANES 64
#define BLOCK 1024

struct lanes {
  uint32_t s[4][LANES];
};

static void seed_lanes(struct lanes *g, uint64_t seed) {
  uint64_t state = km_mix(seed);
  for (int i = 0; i < LANES; i++)
    for (int j = 0; j < 4; j += 2) {
      uint64_t r = km_next(&state);
      g->s[j][i] = (uint32_t)r | 1, g->s[j + 1][i] = (uint32_t)(r >> 32);
    }
}

static inline uint32_t rotate(uint32_t x, int k) { return (x << k) | (x >> (32 - k)); }

static void words(struct lanes *g, uint32_t *restrict out) {
  for (int at = 0; at < BLOCK; at += LANES)
    for (int i = 0; i < LANES; i++) {
      uint32_t a = g->s[0][i], b = g->s[1][i], c = g->s[2][i], d = g->s[3][i];
      out[at + i] = rotate(a + d, 7) + a;
      uint32_t t = b << 9;
      c ^= a, d ^= b, b ^= c, a ^= d, c ^= t, d = rotate(d, 11);
      g->s[0][i] = a, g->s[1][i] = b, g->s[2][i] = c, g->s[3][i] = d;
    }
}

static inline float unit(uint32_t x) { return (float)(int32_t)(x >> 8) * 0x1p-24f; } /* [0, 1) */

static inline float as_float(uint32_t x) {
  float f;
  memcpy(&f, &x, 4);
  return f;
}
static inline uint32_t as_bits(float f) {
  uint32_t x;
  memcpy(&x, &f, 4);
  return x;
}

/* sin(2 pi t) for t in [0, 1.25): Taylor to the 11th order on a quarter turn, error below 1e-7. */
static inline float sine_turns(float t) {
  t = t >= 1.0f ? t - 1.0f : t;
  float y = t < 0.25f ? t : t < 0.75f ? 0.5f - t : t - 1.0f, x = y * 6.2831853f, z = x * x;
  return x * (1 + z * (-1.6666667e-1f + z * (8.3333333e-3f + z * (-1.9841270e-4f + z * (2.7557319e-6f - z * 2.505211e-8f)))));
}

/* Natural logarithm of u in (0, 1]: exponent and a polynomial for the mantissa (atanh series), error below 1e-6. */
static inline float logarithm(float u) {
  uint32_t bits = as_bits(u);
  float exponent = (float)(int32_t)((bits >> 23) - 127), m = as_float((bits & 0x7fffff) | 0x3f800000);
  float q = (m - 1.4142135f) / (m + 1.4142135f), z = q * q;
  return (exponent + 0.5f) * 0.69314718f + 2 * q * (1 + z * (0.33333333f + z * (0.2f + z * 0.14285714f)));
}

/* 2^x for |x| < 126. */
static inline float power_of_two(float x) {
  float k = floorf(x), f = (x - k) * 0.69314718f;
  float p = 1 + f * (1 + f * (0.5f + f * (1.6666667e-1f + f * (4.1666667e-2f + f * (8.3333333e-3f + f * 1.3888889e-3f)))));
  return p * as_float((uint32_t)((int32_t)k + 127) << 23);
}

/* Box and Muller 1958: two words, two normal numbers. */
static void normal(const uint32_t *restrict x, float *restrict out, float mean, float deviation) {
  for (int i = 0; i < BLOCK / 2; i++) {
    float u = (float)(int32_t)((x[i] >> 8) + 1) * 0x1p-24f, t = unit(x[i + BLOCK / 2]);
    float square = -2 * logarithm(u), r = deviation * sqrtf(square > 0 ? square : 0); /* the logarithm of almost 1 may come out positive */
    out[i] = mean + r * sine_turns(t + 0.25f);
    out[i + BLOCK / 2] = mean + r * sine_turns(t);
  }
}

static void uniform(const uint32_t *restrict x, float *restrict out, float low, float high) {
  float width = high - low, last = nextafterf(high, low);
  for (int i = 0; i < BLOCK; i++) {
    float v = low + width * unit(x[i]);
    out[i] = v < high ? v : last;
  }
}

static void loguniform(const uint32_t *restrict x, float *restrict out, float low, float width, uint32_t sign) {
  for (int i = 0; i < BLOCK; i++) out[i] = as_float(as_bits(power_of_two(low + width * unit(x[i]))) | (x[i] << 31 & sign));
}

/* Whole numbers lowest + step * k, k in [0, n). */
static void whole(const uint32_t *restrict x, int64_t *restrict out, int64_t lowest, int64_t step, uint64_t n) {
  for (int i = 0; i < BLOCK; i++) out[i] = lowest + step * (int64_t)(((uint64_t)x[i] * n) >> 32);
}

static int is_whole(const struct km_fill *f, uint32_t draw) {
  return draw == KM_INTEGERS || draw == KM_ODD || draw == KM_INDEX || draw == KM_BOOLEAN || (draw != KM_CONSTANT && f->dtype >= KM_I64);
}

static void whole_block(const struct km_fill *f, struct lanes *g, int64_t *restrict out) {
  uint32_t x[BLOCK];
  words(g, x);
  int64_t low = (int64_t)ceil(f->a), high = (int64_t)floor(f->b);
  switch (f->draw) {
    case KM_ODD: {
      int64_t half = ((int64_t)f->a + 1) / 2; /* odd numbers from 1 to a */
      whole(x, out, -2 * half + 1, 2, 2 * (uint64_t)half);
      break;
    }
    case KM_INDEX: whole(x, out, 0, 1, (uint64_t)f->b); break;
    case KM_BOOLEAN:
      for (int i = 0; i < BLOCK; i++) out[i] = unit(x[i]) < (float)f->a;
      break;
    default: whole(x, out, low, 1, high < low ? 1 : (uint64_t)(high - low) + 1);
  }
}

static void float_block(const struct km_fill *f, struct lanes *g, float *restrict out) {
  uint32_t x[BLOCK];
  if (f->draw != KM_CONSTANT) words(g, x);
  switch (f->draw) {
    case KM_UNIFORM: uniform(x, out, (float)f->a, (float)f->b); break;
    case KM_LOGUNIFORM:
      loguniform(x, out, (float)log2(f->a), (float)log2(f->b / f->a), f->both_signs ? 0x80000000u : 0);
      break;
    case KM_CONSTANT:
      for (int i = 0; i < BLOCK; i++) out[i] = (float)f->a;
      break;
    case KM_OUTLIERS: {
      uint32_t y[BLOCK];
      normal(x, out, 0, 1);
      words(g, y);
      for (int i = 0; i < BLOCK; i++) out[i] *= unit(y[i]) < (float)f->a ? (float)f->b : 1.0f;
      break;
    }
    default: normal(x, out, (float)f->a, (float)f->b);
  }
}

static inline uint16_t to_bf16(float v) {
  uint32_t b = as_bits(v);
  return (uint16_t)((b + 0x7fff + (b >> 16 & 1)) >> 16);
}

/* Nearest small float with `e` exponent and `m` mantissa bits, largest finite value `most`; draws are finite. */
static uint8_t to_f8(float v, int e, int m, float most) {
  uint8_t sign = (uint8_t)(as_bits(v) >> 31 << 7);
  float a = fminf(fabsf(v), most);
  int bias = (1 << (e - 1)) - 1, exponent;
  if (a == 0) return sign;
  frexpf(a, &exponent);
  int scale = exponent - 1 < 1 - bias ? 1 - bias : exponent - 1;
  int q = (int)rintf(ldexpf(a, m - scale)); /* in units of the last place, up to 2^(m+1) */
  return (uint8_t)(sign | (((scale + bias - 1) << m) + q));
}

#define STORE(type, expression) \
  {                             \
    type *p = to;               \
    for (uint64_t i = 0; i < n; i++) p[i] = (type)(expression); \
    return;                     \
  }

static void store_floats(void *restrict to, const float *restrict v, uint64_t n, uint32_t dtype) {
  switch (dtype) {
    case KM_F32: memcpy(to, v, n * 4); return;
    case KM_F64: STORE(double, v[i])
    case KM_F16: STORE(_Float16, v[i])
    case KM_BF16: STORE(uint16_t, to_bf16(v[i]))
    case KM_F8E4M3: STORE(uint8_t, to_f8(v[i], 4, 3, 448))
    case KM_F8E5M2: STORE(uint8_t, to_f8(v[i], 5, 2, 57344))
    case KM_I64: STORE(int64_t, v[i])
    case KM_I32: STORE(int32_t, v[i])
    case KM_I8: STORE(int8_t, v[i])
    case KM_U8: STORE(uint8_t, v[i])
    default: STORE(uint8_t, v[i] != 0)
  }
}

static void store_whole(void *restrict to, const int64_t *restrict v, uint64_t n, uint32_t dtype) {
  float f[BLOCK];
  switch (dtype) {
    case KM_I64: memcpy(to, v, n * 8); return;
    case KM_I32: STORE(int32_t, v[i])
    case KM_I8: STORE(int8_t, v[i])
    case KM_U8: STORE(uint8_t, v[i])
    case KM_BOOL: STORE(uint8_t, v[i] != 0)
    case KM_F64: STORE(double, v[i])
    default:
      for (uint64_t i = 0; i < n; i++) f[i] = (float)v[i];
      store_floats(to, f, n, dtype);
  }
}

static const uint8_t size_of[] = {8, 4, 2, 2, 1, 1, 8, 4, 1, 1, 1};

/* b values of -1 or 1 at random places of every line, zeros elsewhere. */
static void sparse(uint8_t *to, uint64_t count, const struct km_fill *f, uint64_t seed) {
  uint64_t state = km_mix(seed), item = size_of[f->dtype], length = f->length ? f->length : 1, stride = f->stride ? f->stride : 1;
  uint64_t per_line = (uint64_t)f->b < length ? (uint64_t)f->b : length;
  memset(to, 0, count * item);
  for (uint64_t line = 0; line < count / length; line++) {
    uint64_t first = line / stride * stride * length + line % stride;
    for (uint64_t k = 0; k < per_line; k++) {
      uint64_t r = km_next(&state), at = first + (r >> 32) * length / (1ull << 32) * stride;
      int64_t one = r & 1 ? 1 : -1;
      store_whole(to + at * item, &one, 1, f->dtype);
    }
  }
}

void km_fill(void *to, uint64_t count, const struct km_fill *f, uint64_t seed) {
  if (f->draw == KM_SPARSE) return sparse(to, count, f, seed);
  if (f->draw == KM_ROTATE || f->draw == KM_KEEP) {
    uint64_t item = size_of[f->dtype], at = f->draw == KM_KEEP || !count ? 0 : km_mix(seed) % count;
    memcpy(to, (const uint8_t *)f->data + at * item, (count - at) * item);
    memcpy((uint8_t *)to + (count - at) * item, f->data, at * item);
    return;
  }
  struct lanes g;
  seed_lanes(&g, seed);
  int whole_numbers = is_whole(f, f->draw);
  for (uint64_t at = 0; at < count; at += BLOCK) {
    uint64_t n = count - at < BLOCK ? count - at : BLOCK;
    void *here = (uint8_t *)to + at * size_of[f->dtype];
    if (whole_numbers) {
      int64_t v[BLOCK];
      whole_block(f, &g, v);
      store_whole(here, v, n, f->dtype);
    } else {
      float v[BLOCK];
      float_block(f, &g, v);
      store_floats(here, v, n, f->dtype);
    }
  }
}
