#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

static inline __attribute__((always_inline)) int64_t km_clamp(int64_t n, int64_t w) { return n < 0 ? 0 : n > w ? w : n; }

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

static inline __attribute__((always_inline)) v16f km_loadm_v16f(const float* p, v16i m) {
#ifdef __AVX512DQ__
  typedef float km_xf __attribute__((vector_size(64))); typedef int km_xm __attribute__((vector_size(64)));
  return (v16f)__builtin_ia32_loadups512_mask((const float*)p, (km_xf){}, (unsigned short)__builtin_ia32_cvtd2mask512((km_xm)m));
#endif
  v16f r = {};
  for (int l = 0; l < 16; l++) if (m[l]) r[l] = p[l];
  return r;
}

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
                    const v16i km_m2 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3)]) * (km_m2 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + (q - 1)), km_m2) : km_splat_v16f(0.0f))));
                    const v16i km_m3 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 1)]) * (km_m3 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 1) - 1)), km_m3) : km_splat_v16f(0.0f))));
                    const v16i km_m4 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 2)]) * (km_m4 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 2) - 1)), km_m4) : km_splat_v16f(0.0f))));
                  }
                }
                {
                  if (((((r + 1) - 1) >= 0) && (((r + 1) - 1) < H))) {
                    const v16i km_m5 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3)]) * (km_m5 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + (q - 1)), km_m5) : km_splat_v16f(0.0f))));
                    const v16i km_m6 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 1)]) * (km_m6 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 1) - 1)), km_m6) : km_splat_v16f(0.0f))));
                    const v16i km_m7 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 2)]) * (km_m7 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 2) - 1)), km_m7) : km_splat_v16f(0.0f))));
                  }
                }
                {
                  if (((((r + 2) - 1) >= 0) && (((r + 2) - 1) < H))) {
                    const v16i km_m8 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3)]) * (km_m8 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + (q - 1)), km_m8) : km_splat_v16f(0.0f))));
                    const v16i km_m9 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 1)]) * (km_m9 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 1) - 1)), km_m9) : km_splat_v16f(0.0f))));
                    const v16i km_m10 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 2)]) * (km_m10 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 2) - 1)), km_m10) : km_splat_v16f(0.0f))));
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
                    const v16i km_m12 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3)]) * (km_m12 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + (q - 1)), (km_m12 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m13 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 1)]) * (km_m13 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 1) - 1)), (km_m13 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m14 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3) * 3 + 2)]) * (km_m14 ? km_loadm_v16f(x + (((b * Ci + c) * H + (r - 1)) * W + ((q + 2) - 1)), (km_m14 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                  }
                }
                {
                  if (((((r + 1) - 1) >= 0) && (((r + 1) - 1) < H))) {
                    const v16i km_m15 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3)]) * (km_m15 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + (q - 1)), (km_m15 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m16 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 1)]) * (km_m16 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 1) - 1)), (km_m16 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m17 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 1) * 3 + 2)]) * (km_m17 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 1) - 1)) * W + ((q + 2) - 1)), (km_m17 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                  }
                }
                {
                  if (((((r + 2) - 1) >= 0) && (((r + 2) - 1) < H))) {
                    const v16i km_m18 = ((~km_first_v16i(km_clamp((0) - ((q - 1)), 16))) & (km_first_v16i(km_clamp((W) - ((q - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3)]) * (km_m18 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + (q - 1)), (km_m18 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m19 = ((~km_first_v16i(km_clamp((0) - (((q + 1) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 1) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 1)]) * (km_m19 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 1) - 1)), (km_m19 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
                    const v16i km_m20 = ((~km_first_v16i(km_clamp((0) - (((q + 2) - 1)), 16))) & (km_first_v16i(km_clamp((W) - (((q + 2) - 1)), 16))));
                    s = (km_first_v16i(km_r11) ? (s + (km_splat_v16f(f[(((o * Ci + c) * 3 + 2) * 3 + 2)]) * (km_m20 ? km_loadm_v16f(x + (((b * Ci + c) * H + ((r + 2) - 1)) * W + ((q + 2) - 1)), (km_m20 & km_first_v16i(km_r11))) : km_splat_v16f(0.0f)))) : s);
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
