#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_loadn_v16f(const float* p, int64_t n) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  return (v16f)__builtin_ia32_loadups512_mask((const float*)p, (km_xf){}, (unsigned short)((1u << n) - 1u));
#endif
  v16f r = {};
  for (int64_t l = 0; l < n; l++) r[l] = p[l];
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

static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }


extern "C" void km_jacobi2d(const float* __restrict x, float* __restrict y, int64_t H, int64_t W) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < H; r++) {
      if (((r == 0) || (r == (H - 1)))) {
        {
          const int64_t km_n1 = W;
          int64_t q = 0;
          for (; q + 16 <= km_n1; q += 16) {
            *(v16f_u*)(y + (r * W + q)) = (v16f)*(const v16f_u*)(x + (r * W + q));
          }
          const int64_t km_r2 = km_n1 - q;
          if (q < km_n1) {
            km_storen_v16f(y + (r * W + q), km_r2, km_loadn_v16f(x + (r * W + q), km_r2));
          }
        }
      }
      else {
        y[(r * W)] = x[(r * W)];
        {
          const int64_t km_n3 = (W - 2);
          int64_t q1 = 0;
          for (; q1 + 16 <= km_n3; q1 += 16) {
            *(v16f_u*)(y + (r * W + (q1 + 1))) = (km_splat_v16f(0.20000000298023224f) * (((((v16f)*(const v16f_u*)(x + (r * W + (q1 + 1))) + (v16f)*(const v16f_u*)(x + ((r - 1) * W + (q1 + 1)))) + (v16f)*(const v16f_u*)(x + ((r + 1) * W + (q1 + 1)))) + (v16f)*(const v16f_u*)(x + (r * W + ((q1 + 1) - 1)))) + (v16f)*(const v16f_u*)(x + (r * W + ((q1 + 1) + 1)))));
          }
          const int64_t km_r4 = km_n3 - q1;
          if (q1 < km_n3) {
            km_storen_v16f(y + (r * W + (q1 + 1)), km_r4, (km_splat_v16f(0.20000000298023224f) * ((((km_loadn_v16f(x + (r * W + (q1 + 1)), km_r4) + km_loadn_v16f(x + ((r - 1) * W + (q1 + 1)), km_r4)) + km_loadn_v16f(x + ((r + 1) * W + (q1 + 1)), km_r4)) + km_loadn_v16f(x + (r * W + ((q1 + 1) - 1)), km_r4)) + km_loadn_v16f(x + (r * W + ((q1 + 1) + 1)), km_r4))));
          }
        }
        if ((W > 1)) {
          y[(r * W + (W - 1))] = x[(r * W + (W - 1))];
        }
      }
    }
  }
}
