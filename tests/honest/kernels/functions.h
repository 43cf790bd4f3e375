// Functions written out: each within about 2 ulp, as the bound of a platform's function asks.
#pragma once
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float power_of_two(int n) { // n in [-126, 127]
  uint32_t bits = (uint32_t)(n + 127) << 23;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

// exp by Cody and Waite's reduction and a polynomial of degree 7
static inline float exp_polynomial(float x) {
  x = x > 100 ? 100 : x < -110 ? -110 : x;
  float n = rintf(x * 1.44269504f);
  float r = fmaf(n, -0.693359375f, x);
  r = fmaf(n, 2.12194440e-4f, r);
  float p = 1.f / 5040;
  p = fmaf(p, r, 1.f / 720);
  p = fmaf(p, r, 1.f / 120);
  p = fmaf(p, r, 1.f / 24);
  p = fmaf(p, r, 1.f / 6);
  p = fmaf(p, r, 0.5f);
  p = fmaf(p * r, r, r) + 1;
  int k = (int)n, half = k / 2;
  return p * power_of_two(half) * power_of_two(k - half);
}

// exp by a table of 2^(i/32), built at the first call
struct Powers {
  double value[32];
  Powers() {
    for (int i = 0; i < 32; i++) value[i] = exp2(i / 32.0);
  }
};
static inline float exp_table(float x) {
  static const Powers powers;
  double clipped = x > 100 ? 100 : x < -110 ? -110 : x;
  double n = rint(clipped * (32 / M_LN2)), r = clipped - n * (M_LN2 / 32);
  long k = (long)n;
  double p = 1 + r * (1 + r * (0.5 + r * (1.0 / 6)));
  return (float)ldexp(p * powers.value[k & 31], (int)(k >> 5));
}

// erfc by Chebyshev's fit, 1.2e-7 of its value (Numerical Recipes, 6.2)
static inline double erfc_chebyshev(double x) {
  double z = fabs(x), t = 1 / (1 + 0.5 * z);
  double p = 0.17087277;
  const double c[] = {-0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223};
  for (double a : c) p = p * t + a;
  double e = t * exp(-z * z + p);
  return x >= 0 ? e : 2 - e;
}

// 1 / sqrt(x): twelve bits by the processor, the rest by two steps of Newton
static inline float rsqrt_newton(float x) {
  float r = _mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(x)));
  r = r * (1.5f - 0.5f * x * r * r);
  return r * (1.5f - 0.5f * x * r * r);
}

// 1 / x: twelve bits by the processor, the rest by two steps of Newton
static inline float reciprocal_newton(float x) {
  float r = _mm_cvtss_f32(_mm_rcp_ss(_mm_set_ss(x)));
  r = r * (2 - x * r);
  return r * (2 - x * r);
}
