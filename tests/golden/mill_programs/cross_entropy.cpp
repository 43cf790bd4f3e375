#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

#ifdef _OPENMP
extern "C" int omp_get_thread_num(void);
extern "C" int omp_get_max_threads(void);
static inline int64_t km_thread(void) { return omp_get_thread_num(); }
static inline int64_t km_threads(void) { return omp_get_max_threads(); }
#else
static inline int64_t km_thread(void) { return 0; }
static inline int64_t km_threads(void) { return 1; }
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


extern "C" int64_t km_cross_entropy_workspace(int64_t N, int64_t C) {
  (void)N;
  (void)C;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * N) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  return km_o1;
}

extern "C" void km_cross_entropy(const float* __restrict x, const int64_t* __restrict t, float* __restrict y, int64_t N, int64_t C, void* ws) {
  char* const km_ws = (char*)ws;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * N) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  float* __restrict const loss = (float*)(km_ws + km_o0);
  {
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
      float m;
      float s;
      m = (-__builtin_inff());
      {
        v16f m_acc0_0 = km_splat_v16f((-__builtin_inff()));
        const int64_t km_n1 = C;
        int64_t j = 0;
        for (; j + 16 <= km_n1; j += 16) {
          m_acc0_0 = km_max_v16f(m_acc0_0, (v16f)*(const v16f_u*)(x + (i * C + j)));
        }
        const int64_t km_r2 = km_n1 - j;
        if (j < km_n1) {
          m_acc0_0 = (km_first_v16i(km_r2) ? km_max_v16f(m_acc0_0, km_loadn_v16f(x + (i * C + j), km_r2)) : m_acc0_0);
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
        v16f s_acc0_0 = km_splat_v16f(0.0f);
        const int64_t km_n12 = C;
        int64_t j1 = 0;
        for (; j1 + 16 <= km_n12; j1 += 16) {
          s_acc0_0 = (s_acc0_0 + km_lanes_expf_v16f(((v16f)*(const v16f_u*)(x + (i * C + j1)) - km_splat_v16f(m))));
        }
        const int64_t km_r13 = km_n12 - j1;
        if (j1 < km_n12) {
          s_acc0_0 = (km_first_v16i(km_r13) ? (s_acc0_0 + km_lanes_expf_v16f((km_loadn_v16f(x + (i * C + j1), km_r13) - km_splat_v16f(m)))) : s_acc0_0);
        }
        const v16f km_v14 = __builtin_shufflevector(s_acc0_0, s_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v15 = (s_acc0_0 + km_v14);
        const v16f km_v16 = __builtin_shufflevector(km_v15, km_v15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v17 = (km_v15 + km_v16);
        const v16f km_v18 = __builtin_shufflevector(km_v17, km_v17, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v19 = (km_v17 + km_v18);
        const v16f km_v20 = __builtin_shufflevector(km_v19, km_v19, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v21 = (km_v19 + km_v20);
        const float km_v22 = km_v21[0];
        s = (s + km_v22);
      }
      loss[i] = ((__builtin_logf(s) + m) - x[(i * C + t[i])]);
    }
    float whole;
    whole = 0.0f;
    {
      v16f whole_acc0_0_0 = km_splat_v16f(0.0f);
      v16f whole_acc0_0_1 = km_splat_v16f(0.0f);
      v16f whole_acc0_0_2 = km_splat_v16f(0.0f);
      v16f whole_acc0_0_3 = km_splat_v16f(0.0f);
      const int64_t km_n23 = N;
      int64_t i1 = 0;
      for (; i1 + 64 <= km_n23; i1 += 64) {
        whole_acc0_0_0 = (whole_acc0_0_0 + (v16f)*(const v16f_u*)(loss + i1));
        whole_acc0_0_1 = (whole_acc0_0_1 + (v16f)*(const v16f_u*)(loss + (i1 + 16)));
        whole_acc0_0_2 = (whole_acc0_0_2 + (v16f)*(const v16f_u*)(loss + (i1 + 32)));
        whole_acc0_0_3 = (whole_acc0_0_3 + (v16f)*(const v16f_u*)(loss + (i1 + 48)));
      }
      for (; i1 + 16 <= km_n23; i1 += 16) {
        whole_acc0_0_0 = (whole_acc0_0_0 + (v16f)*(const v16f_u*)(loss + i1));
      }
      const int64_t km_r24 = km_n23 - i1;
      if (i1 < km_n23) {
        whole_acc0_0_0 = (km_first_v16i(km_r24) ? (whole_acc0_0_0 + km_loadn_v16f(loss + i1, km_r24)) : whole_acc0_0_0);
      }
      const v16f km_v25 = whole_acc0_0_2;
      const v16f km_v26 = (whole_acc0_0_0 + km_v25);
      const v16f km_v27 = whole_acc0_0_3;
      const v16f km_v28 = (whole_acc0_0_1 + km_v27);
      const v16f km_v29 = km_v28;
      const v16f km_v30 = (km_v26 + km_v29);
      const v16f km_v31 = __builtin_shufflevector(km_v30, km_v30, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      const v16f km_v32 = (km_v30 + km_v31);
      const v16f km_v33 = __builtin_shufflevector(km_v32, km_v32, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
      const v16f km_v34 = (km_v32 + km_v33);
      const v16f km_v35 = __builtin_shufflevector(km_v34, km_v34, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
      const v16f km_v36 = (km_v34 + km_v35);
      const v16f km_v37 = __builtin_shufflevector(km_v36, km_v36, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
      const v16f km_v38 = (km_v36 + km_v37);
      const float km_v39 = km_v38[0];
      whole = (whole + km_v39);
    }
    y[0] = (whole / ((float)(N)));
  }
}
