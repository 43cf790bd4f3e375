#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

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


extern "C" void km_relu(const float* __restrict x, float* __restrict y, int64_t n) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t io = 0; io < ((n + 4095) / 4096); io++) {
      {
        const int64_t km_n1 = (4096 < (n - (io * 4096)) ? 4096 : (n - (io * 4096)));
        int64_t ii = 0;
        for (; ii + 64 <= km_n1; ii += 64) {
          *(v16f_u*)(y + ((io * 4096) + ii)) = (km_splat_v16f(0.0f) > (v16f)*(const v16f_u*)(x + ((io * 4096) + ii)) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(x + ((io * 4096) + ii)));
          *(v16f_u*)(y + ((io * 4096) + (ii + 16))) = (km_splat_v16f(0.0f) > (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 16))) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 16))));
          *(v16f_u*)(y + ((io * 4096) + (ii + 32))) = (km_splat_v16f(0.0f) > (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 32))) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 32))));
          *(v16f_u*)(y + ((io * 4096) + (ii + 48))) = (km_splat_v16f(0.0f) > (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 48))) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(x + ((io * 4096) + (ii + 48))));
        }
        for (; ii + 16 <= km_n1; ii += 16) {
          *(v16f_u*)(y + ((io * 4096) + ii)) = (km_splat_v16f(0.0f) > (v16f)*(const v16f_u*)(x + ((io * 4096) + ii)) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(x + ((io * 4096) + ii)));
        }
        const int64_t km_r2 = km_n1 - ii;
        if (ii < km_n1) {
          km_storen_v16f(y + ((io * 4096) + ii), km_r2, (km_splat_v16f(0.0f) > km_loadn_v16f(x + ((io * 4096) + ii), km_r2) ? km_splat_v16f(0.0f) : km_loadn_v16f(x + ((io * 4096) + ii), km_r2)));
        }
      }
    }
  }
}
