#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

static inline __attribute__((always_inline)) int64_t km_floordiv(int64_t a, int64_t b) { return (a < 0 ? a - b + 1 : a) / b; }

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

static inline __attribute__((always_inline)) int64_t km_clamp(int64_t n, int64_t w) { return n < 0 ? 0 : n > w ? w : n; }

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

typedef int64_t v16l __attribute__((vector_size(128)));
typedef int64_t v16l_u __attribute__((vector_size(128), aligned(8), may_alias));
static inline __attribute__((always_inline)) v16l km_splat_v16l(int64_t x) { return x - (v16l){}; }

static inline __attribute__((always_inline)) v16l km_iota_v16l(void) { return (v16l){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16f km_gatherm_v16f(const float* p, v16l i, v16i m) {
  v16f r = {};
  for (int l = 0; l < 16; l++) if (m[l]) r[l] = p[i[l]];
  return r;
}

static inline __attribute__((always_inline)) v16f km_max_v16f(v16f a, v16f b) { return ((a > b) | (a != a)) ? a : b; }

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" void km_max_pool(const float* __restrict x, float* __restrict y, int64_t N, int64_t H, int64_t W) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < N; b++) {
      for (int64_t r = 0; r < (km_floordiv((H - 1), 2) + 1); r++) {
        {
          const int64_t km_n1 = (km_floordiv((W - 1), 2) + 1);
          int64_t q = 0;
          for (; q + 16 <= km_n1; q += 16) {
            v16f s;
            s = km_splat_v16f((-__builtin_inff()));
            {
              const v16i km_m2 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m2 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), km_m2) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m3 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m3 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), km_m3) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m4 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m4 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), km_m4) : km_splat_v16f((-__builtin_inff()))));
            }
            {
              const v16i km_m5 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m5 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), km_m5) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m6 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m6 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), km_m6) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m7 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m7 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), km_m7) : km_splat_v16f((-__builtin_inff()))));
            }
            {
              const v16i km_m8 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m8 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), km_m8) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m9 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m9 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), km_m9) : km_splat_v16f((-__builtin_inff()))));
              const v16i km_m10 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = km_max_v16f(s, (km_m10 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), km_m10) : km_splat_v16f((-__builtin_inff()))));
            }
            *(v16f_u*)(y + ((b * (km_floordiv((H - 1), 2) + 1) + r) * (km_floordiv((W - 1), 2) + 1) + q)) = s;
          }
          const int64_t km_r11 = km_n1 - q;
          if (q < km_n1) {
            v16f s;
            s = (km_first_v16i(km_r11) ? km_splat_v16f((-__builtin_inff())) : s);
            {
              const v16i km_m12 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m12 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), (km_m12 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m13 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m13 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), (km_m13 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m14 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 0) - 1) >= 0) && ((((r * 2) + 0) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m14 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + ((r * 2) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), (km_m14 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
            }
            {
              const v16i km_m15 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m15 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), (km_m15 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m16 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m16 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), (km_m16 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m17 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 1) - 1) >= 0) && ((((r * 2) + 1) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m17 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 1) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), (km_m17 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
            }
            {
              const v16i km_m18 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - (((q * 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - (((q * 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m18 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + ((q * 2) - 1))) + km_iota_v16l() * (2)), (km_m18 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m19 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 1) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 1) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m19 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + (((q * 2) + 1) - 1))) + km_iota_v16l() * (2)), (km_m19 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
              const v16i km_m20 = ((km_splat_v16i((int32_t)-(int)((((((r * 2) + 2) - 1) >= 0) && ((((r * 2) + 2) - 1) < H)))) & (~km_first_v16i(km_clamp(km_floordiv((0) - ((((q * 2) + 2) - 1)) + 1, 2), 16)))) & (km_first_v16i(km_clamp(km_floordiv((W) - ((((q * 2) + 2) - 1)) + 1, 2), 16))));
              s = (km_first_v16i(km_r11) ? km_max_v16f(s, (km_m20 ? km_gatherm_v16f(x, (km_splat_v16l(((b * H + (((r * 2) + 2) - 1)) * W + (((q * 2) + 2) - 1))) + km_iota_v16l() * (2)), (km_m20 & km_first_v16i(km_r11))) : km_splat_v16f((-__builtin_inff())))) : s);
            }
            km_storen_v16f(y + ((b * (km_floordiv((H - 1), 2) + 1) + r) * (km_floordiv((W - 1), 2) + 1) + q), km_r11, s);
          }
        }
      }
    }
  }
}
