#include <stdint.h>

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

typedef int64_t v16l __attribute__((vector_size(128)));
typedef int64_t v16l_u __attribute__((vector_size(128), aligned(8), may_alias));
static inline __attribute__((always_inline)) v16l km_iota_v16l(void) { return (v16l){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16l km_splat_v16l(int64_t x) { return x - (v16l){}; }

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_loadm_v16f(const float* p, v16i m) {
  v16f r = {};
  for (int l = 0; l < 16; l++) if (m[l]) r[l] = p[l];
  return r;
}

static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

static inline __attribute__((always_inline)) v16l km_first_v16l(int64_t n) { return km_iota_v16l() < km_splat_v16l((int64_t)n); }

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" void km_conv2d(const float* __restrict x, const float* __restrict f, float* __restrict y, int64_t N, int64_t Ci, int64_t Co, int64_t H, int64_t W) {
  {
    #pragma omp parallel for schedule(static) collapse(2)
    for (int64_t b = 0; b < N; b++) {
      for (int64_t o = 0; o < Co; o++) {
        for (int64_t r = 0; r < H; r++) {
          {
            const int64_t km_n1 = W;
            int64_t q = 0;
            for (; q + 16 <= km_n1; q += 16) {
              v16f s;
              s = km_splat_v16f(0.0f);
              for (int64_t c = 0; c < Ci; c++) {
                {
                  if (((((r + 0) - 1) >= 0) && (((r + 0) - 1) < H))) {
                    const v16l km_m2 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3)]) * (__builtin_convertvector(km_m2, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + (q - 1)), __builtin_convertvector(km_m2, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m3 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 1)]) * (__builtin_convertvector(km_m3, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 1) - 1)), __builtin_convertvector(km_m3, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m4 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 2)]) * (__builtin_convertvector(km_m4, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 2) - 1)), __builtin_convertvector(km_m4, v16i)) : km_splat_v16f(0.0f))));
                  }
                }
                {
                  if (((((r + 1) - 1) >= 0) && (((r + 1) - 1) < H))) {
                    const v16l km_m5 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3)]) * (__builtin_convertvector(km_m5, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + (q - 1)), __builtin_convertvector(km_m5, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m6 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 1)]) * (__builtin_convertvector(km_m6, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 1) - 1)), __builtin_convertvector(km_m6, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m7 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 2)]) * (__builtin_convertvector(km_m7, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 2) - 1)), __builtin_convertvector(km_m7, v16i)) : km_splat_v16f(0.0f))));
                  }
                }
                {
                  if (((((r + 2) - 1) >= 0) && (((r + 2) - 1) < H))) {
                    const v16l km_m8 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3)]) * (__builtin_convertvector(km_m8, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + (q - 1)), __builtin_convertvector(km_m8, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m9 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 1)]) * (__builtin_convertvector(km_m9, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 1) - 1)), __builtin_convertvector(km_m9, v16i)) : km_splat_v16f(0.0f))));
                    const v16l km_m10 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 2)]) * (__builtin_convertvector(km_m10, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 2) - 1)), __builtin_convertvector(km_m10, v16i)) : km_splat_v16f(0.0f))));
                  }
                }
              }
              *(v16f_u*)(y + (((b * Co + o) * H + r) * W + q)) = s;
            }
            const int64_t km_r11 = km_n1 - q;
            if (q < km_n1) {
              v16f s;
              s = (km_first_v16i(km_r11) ? km_splat_v16f(0.0f) : s);
              for (int64_t c = 0; c < Ci; c++) {
                {
                  if (((((r + 0) - 1) >= 0) && (((r + 0) - 1) < H))) {
                    const v16l km_m12 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3)]) * (__builtin_convertvector(km_m12, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + (q - 1)), __builtin_convertvector((km_m12 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m13 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 1)]) * (__builtin_convertvector(km_m13, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 1) - 1)), __builtin_convertvector((km_m13 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m14 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 2)]) * (__builtin_convertvector(km_m14, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 2) - 1)), __builtin_convertvector((km_m14 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                  }
                }
                {
                  if (((((r + 1) - 1) >= 0) && (((r + 1) - 1) < H))) {
                    const v16l km_m15 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3)]) * (__builtin_convertvector(km_m15, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + (q - 1)), __builtin_convertvector((km_m15 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m16 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 1)]) * (__builtin_convertvector(km_m16, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 1) - 1)), __builtin_convertvector((km_m16 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m17 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 2)]) * (__builtin_convertvector(km_m17, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 2) - 1)), __builtin_convertvector((km_m17 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                  }
                }
                {
                  if (((((r + 2) - 1) >= 0) && (((r + 2) - 1) < H))) {
                    const v16l km_m18 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(0)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3)]) * (__builtin_convertvector(km_m18, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + (q - 1)), __builtin_convertvector((km_m18 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m19 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(1)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 1)]) * (__builtin_convertvector(km_m19, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 1) - 1)), __builtin_convertvector((km_m19 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                    const v16l km_m20 = (((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) >= km_splat_v16l(0)) & ((((km_iota_v16l() + km_splat_v16l(q)) + km_splat_v16l(2)) - km_splat_v16l(1)) < km_splat_v16l(W)));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 2)]) * (__builtin_convertvector(km_m20, v16i) ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 2) - 1)), __builtin_convertvector((km_m20 & km_first_v16l(km_r11)), v16i)) : km_splat_v16f(0.0f)))) : s);
                  }
                }
              }
              km_storen_v16f(y + (((b * Co + o) * H + r) * W + q), km_r11, s);
            }
          }
        }
      }
    }
  }
}
