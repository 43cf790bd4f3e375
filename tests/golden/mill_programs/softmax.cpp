#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

static inline __attribute__((always_inline)) v16f km_max_v16f(v16f a, v16f b) { return ((a > b) | (a != a)) ? a : b; }

static inline __attribute__((always_inline)) v16f km_loadn_v16f(const float* p, int64_t n) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  return (v16f)__builtin_ia32_loadups512_mask((const float*)p, (km_xf){}, (unsigned short)((1u << n) - 1u));
#endif
  v16f r = {};
  for (int64_t l = 0; l < n; l++) r[l] = p[l];
  return r;
}

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

static inline __attribute__((always_inline)) float km_max_float(float a, float b) { return ((a > b) || (a != a)) ? a : b; }

static inline __attribute__((always_inline)) v16f km_lanes_expf_v16f(v16f a) {
  v16f r;
  for (int l = 0; l < 16; l++) r[l] = __builtin_expf(a[l]);
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


extern "C" void km_softmax(const float* __restrict x, float* __restrict y, int64_t N, int64_t M) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
      float m;
      float s;
      m = (-__builtin_inff());
      {
        v16f m_acc0_0 = km_splat_v16f((-__builtin_inff()));
        const int64_t km_n1 = M;
        int64_t j = 0;
        for (; j + 16 <= km_n1; j += 16) {
          m_acc0_0 = km_max_v16f(m_acc0_0, (v16f)*(const v16f_u*)(x + (i * M + j)));
        }
        const int64_t km_r2 = km_n1 - j;
        if (j < km_n1) {
          m_acc0_0 = (km_first_v16i(km_r2) ? km_max_v16f(m_acc0_0, km_loadn_v16f(x + (i * M + j), km_r2)) : m_acc0_0);
        }
        const v16f km_v3 = __builtin_shufflevector(m_acc0_0, m_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v4 = km_max_v16f(m_acc0_0, km_v3);
        const v16f km_v5 = __builtin_shufflevector(km_v4, km_v4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v6 = km_max_v16f(km_v4, km_v5);
        const v16f km_v7 = __builtin_shufflevector(km_v6, km_v6, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v8 = km_max_v16f(km_v6, km_v7);
        const v16f km_v9 = __builtin_shufflevector(km_v8, km_v8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v10 = km_max_v16f(km_v8, km_v9);
        const float km_v11 = km_v10[0];
        m = km_max_float(m, km_v11);
      }
      s = 0.0f;
      {
        v16f s_acc0_0_0 = km_splat_v16f(0.0f);
        v16f s_acc0_0_1 = km_splat_v16f(0.0f);
        const int64_t km_n12 = M;
        int64_t j1 = 0;
        for (; j1 + 32 <= km_n12; j1 += 32) {
          const v16f e_0 = km_lanes_expf_v16f(((v16f)*(const v16f_u*)(x + (i * M + j1)) - km_splat_v16f(m)));
          const v16f e_1 = km_lanes_expf_v16f(((v16f)*(const v16f_u*)(x + (i * M + (j1 + 16))) - km_splat_v16f(m)));
          *(v16f_u*)(y + (i * M + j1)) = e_0;
          *(v16f_u*)(y + (i * M + (j1 + 16))) = e_1;
          s_acc0_0_0 = (s_acc0_0_0 + e_0);
          s_acc0_0_1 = (s_acc0_0_1 + e_1);
        }
        for (; j1 + 16 <= km_n12; j1 += 16) {
          const v16f e_0 = km_lanes_expf_v16f(((v16f)*(const v16f_u*)(x + (i * M + j1)) - km_splat_v16f(m)));
          *(v16f_u*)(y + (i * M + j1)) = e_0;
          s_acc0_0_0 = (s_acc0_0_0 + e_0);
        }
        const int64_t km_r13 = km_n12 - j1;
        if (j1 < km_n12) {
          const v16f e_0 = km_lanes_expf_v16f((km_loadn_v16f(x + (i * M + j1), km_r13) - km_splat_v16f(m)));
          km_storen_v16f(y + (i * M + j1), km_r13, e_0);
          s_acc0_0_0 = (km_first_v16i(km_r13) ? (s_acc0_0_0 + e_0) : s_acc0_0_0);
        }
        const v16f km_v14 = s_acc0_0_1;
        const v16f km_v15 = (s_acc0_0_0 + km_v14);
        const v16f km_v16 = __builtin_shufflevector(km_v15, km_v15, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v17 = (km_v15 + km_v16);
        const v16f km_v18 = __builtin_shufflevector(km_v17, km_v17, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v19 = (km_v17 + km_v18);
        const v16f km_v20 = __builtin_shufflevector(km_v19, km_v19, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v21 = (km_v19 + km_v20);
        const v16f km_v22 = __builtin_shufflevector(km_v21, km_v21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v23 = (km_v21 + km_v22);
        const float km_v24 = km_v23[0];
        s = (s + km_v24);
      }
      {
        const int64_t km_n25 = M;
        int64_t j2 = 0;
        for (; j2 + 16 <= km_n25; j2 += 16) {
          *(v16f_u*)(y + (i * M + j2)) = ((v16f)*(const v16f_u*)(y + (i * M + j2)) / km_splat_v16f(s));
        }
        const int64_t km_r26 = km_n25 - j2;
        if (j2 < km_n25) {
          km_storen_v16f(y + (i * M + j2), km_r26, (km_loadn_v16f(y + (i * M + j2), km_r26) / km_splat_v16f(s)));
        }
      }
    }
  }
}
