#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

static inline __attribute__((always_inline)) v16f km_max_v16f(v16f a, v16f b) { return ((a > b) | (a != a)) ? a : b; }

static inline __attribute__((always_inline)) v16f km_lanes_expf_v16f(v16f a) {
  v16f r;
  for (int l = 0; l < 16; l++) r[l] = __builtin_expf(a[l]);
  return r;
}

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_loadn_v16f(const float* p, int64_t n) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  return (v16f)__builtin_ia32_loadups512_mask((const float*)p, (km_xf){}, (unsigned short)((1u << n) - 1u));
#endif
  v16f r = {};
  for (int64_t l = 0; l < n; l++) r[l] = p[l];
  return r;
}

static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

static inline __attribute__((always_inline)) float km_max_float(float a, float b) { return ((a > b) || (a != a)) ? a : b; }

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" void km_softmax_online(const float* __restrict x, float* __restrict y, int64_t N, int64_t M) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
      float m;
      float s;
      m = (-__builtin_inff());
      s = 0.0f;
      {
        v16f m_acc0_0 = km_splat_v16f((-__builtin_inff()));
        v16f s_acc0_1 = km_splat_v16f(0.0f);
        const int64_t km_n1 = M;
        int64_t j = 0;
        for (; j + 16 <= km_n1; j += 16) {
          const v16f km_v2 = (v16f)*(const v16f_u*)(x + (i * M + j));
          const v16f km_v3 = km_splat_v16f(1.0f);
          const v16f km_v4 = km_max_v16f(m_acc0_0, km_v2);
          const v16f km_v5 = (((m_acc0_0 == km_max_v16f(m_acc0_0, km_v2)) ? s_acc0_1 : (s_acc0_1 * km_lanes_expf_v16f((m_acc0_0 - km_max_v16f(m_acc0_0, km_v2))))) + ((km_v2 == km_max_v16f(m_acc0_0, km_v2)) ? km_v3 : (km_v3 * km_lanes_expf_v16f((km_v2 - km_max_v16f(m_acc0_0, km_v2))))));
          m_acc0_0 = km_v4;
          s_acc0_1 = km_v5;
        }
        const int64_t km_r6 = km_n1 - j;
        if (j < km_n1) {
          const v16f km_v7 = km_loadn_v16f(x + (i * M + j), km_r6);
          const v16f km_v8 = km_splat_v16f(1.0f);
          const v16f km_v9 = km_max_v16f(m_acc0_0, km_v7);
          const v16f km_v10 = (((m_acc0_0 == km_max_v16f(m_acc0_0, km_v7)) ? s_acc0_1 : (s_acc0_1 * km_lanes_expf_v16f((m_acc0_0 - km_max_v16f(m_acc0_0, km_v7))))) + ((km_v7 == km_max_v16f(m_acc0_0, km_v7)) ? km_v8 : (km_v8 * km_lanes_expf_v16f((km_v7 - km_max_v16f(m_acc0_0, km_v7))))));
          m_acc0_0 = (km_first_v16i(km_r6) ? km_v9 : m_acc0_0);
          s_acc0_1 = (km_first_v16i(km_r6) ? km_v10 : s_acc0_1);
        }
        const v16f km_v11 = __builtin_shufflevector(m_acc0_0, m_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v12 = __builtin_shufflevector(s_acc0_1, s_acc0_1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v13 = km_max_v16f(m_acc0_0, km_v11);
        const v16f km_v14 = (((m_acc0_0 == km_max_v16f(m_acc0_0, km_v11)) ? s_acc0_1 : (s_acc0_1 * km_lanes_expf_v16f((m_acc0_0 - km_max_v16f(m_acc0_0, km_v11))))) + ((km_v11 == km_max_v16f(m_acc0_0, km_v11)) ? km_v12 : (km_v12 * km_lanes_expf_v16f((km_v11 - km_max_v16f(m_acc0_0, km_v11))))));
        const v16f km_v15 = __builtin_shufflevector(km_v13, km_v13, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v16 = __builtin_shufflevector(km_v14, km_v14, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v17 = km_max_v16f(km_v13, km_v15);
        const v16f km_v18 = (((km_v13 == km_max_v16f(km_v13, km_v15)) ? km_v14 : (km_v14 * km_lanes_expf_v16f((km_v13 - km_max_v16f(km_v13, km_v15))))) + ((km_v15 == km_max_v16f(km_v13, km_v15)) ? km_v16 : (km_v16 * km_lanes_expf_v16f((km_v15 - km_max_v16f(km_v13, km_v15))))));
        const v16f km_v19 = __builtin_shufflevector(km_v17, km_v17, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v20 = __builtin_shufflevector(km_v18, km_v18, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v21 = km_max_v16f(km_v17, km_v19);
        const v16f km_v22 = (((km_v17 == km_max_v16f(km_v17, km_v19)) ? km_v18 : (km_v18 * km_lanes_expf_v16f((km_v17 - km_max_v16f(km_v17, km_v19))))) + ((km_v19 == km_max_v16f(km_v17, km_v19)) ? km_v20 : (km_v20 * km_lanes_expf_v16f((km_v19 - km_max_v16f(km_v17, km_v19))))));
        const v16f km_v23 = __builtin_shufflevector(km_v21, km_v21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v24 = __builtin_shufflevector(km_v22, km_v22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v25 = km_max_v16f(km_v21, km_v23);
        const v16f km_v26 = (((km_v21 == km_max_v16f(km_v21, km_v23)) ? km_v22 : (km_v22 * km_lanes_expf_v16f((km_v21 - km_max_v16f(km_v21, km_v23))))) + ((km_v23 == km_max_v16f(km_v21, km_v23)) ? km_v24 : (km_v24 * km_lanes_expf_v16f((km_v23 - km_max_v16f(km_v21, km_v23))))));
        const float km_v27 = km_v25[0];
        const float km_v28 = km_v26[0];
        const float km_v29 = m;
        const float km_v30 = s;
        const float km_v31 = km_max_float(km_v29, km_v27);
        const float km_v32 = (((km_v29 == km_max_float(km_v29, km_v27)) ? km_v30 : (km_v30 * __builtin_expf((km_v29 - km_max_float(km_v29, km_v27))))) + ((km_v27 == km_max_float(km_v29, km_v27)) ? km_v28 : (km_v28 * __builtin_expf((km_v27 - km_max_float(km_v29, km_v27))))));
        m = km_v31;
        s = km_v32;
      }
      {
        const int64_t km_n33 = M;
        int64_t j1 = 0;
        for (; j1 + 16 <= km_n33; j1 += 16) {
          *(v16f_u*)(y + (i * M + j1)) = (km_lanes_expf_v16f(((v16f)*(const v16f_u*)(x + (i * M + j1)) - km_splat_v16f(m))) / km_splat_v16f(s));
        }
        const int64_t km_r34 = km_n33 - j1;
        if (j1 < km_n33) {
          km_storen_v16f(y + (i * M + j1), km_r34, (km_lanes_expf_v16f((km_loadn_v16f(x + (i * M + j1), km_r34) - km_splat_v16f(m))) / km_splat_v16f(s)));
        }
      }
    }
  }
}
