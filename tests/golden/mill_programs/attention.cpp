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

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}

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


extern "C" int64_t km_attention_workspace(int64_t B, int64_t S, int64_t D) {
  (void)B;
  (void)S;
  (void)D;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * D) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_threads() * km_s0;
  return km_o1;
}

extern "C" void km_attention(const float* __restrict q, const float* __restrict k, const float* __restrict v, float* __restrict y, int64_t B, int64_t S, int64_t D, double scale, void* ws) {
  char* const km_ws = (char*)ws;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * D) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_threads() * km_s0;
  {
    #pragma omp parallel for schedule(static) collapse(2)
    for (int64_t h = 0; h < B; h++) {
      for (int64_t i = 0; i < S; i++) {
        float* __restrict const acc = (float*)(km_ws + km_o0 + km_thread() * km_s0);
        float top;
        float total;
        top = (-__builtin_inff());
        total = 0.0f;
        {
          const int64_t km_n1 = D;
          int64_t e = 0;
          for (; e + 16 <= km_n1; e += 16) {
            *(v16f_u*)(acc + e) = km_splat_v16f(0.0f);
          }
          const int64_t km_r2 = km_n1 - e;
          if (e < km_n1) {
            km_storen_v16f(acc + e, km_r2, km_splat_v16f(0.0f));
          }
        }
        for (int64_t jo = 0; jo < ((i / 32) + 1); jo++) {
          float score[32] __attribute__((aligned(64)));
          float high;
          high = top;
          const int64_t width = (32 < ((i + 1) - (jo * 32)) ? 32 : ((i + 1) - (jo * 32)));
          for (int64_t j = 0; j < width; j++) {
            float dot;
            dot = 0.0f;
            {
              v16f dot_acc0_0 = km_splat_v16f(0.0f);
              const int64_t km_n3 = D;
              int64_t e1 = 0;
              for (; e1 + 16 <= km_n3; e1 += 16) {
                dot_acc0_0 = (dot_acc0_0 + ((v16f)*(const v16f_u*)(q + ((h * S + i) * D + e1)) * (v16f)*(const v16f_u*)(k + ((h * S + ((jo * 32) + j)) * D + e1))));
              }
              const int64_t km_r4 = km_n3 - e1;
              if (e1 < km_n3) {
                dot_acc0_0 = (km_first_v16i(km_r4) ? (dot_acc0_0 + (km_loadn_v16f(q + ((h * S + i) * D + e1), km_r4) * km_loadn_v16f(k + ((h * S + ((jo * 32) + j)) * D + e1), km_r4))) : dot_acc0_0);
              }
              const v16f km_v5 = __builtin_shufflevector(dot_acc0_0, dot_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
              const v16f km_v6 = (dot_acc0_0 + km_v5);
              const v16f km_v7 = __builtin_shufflevector(km_v6, km_v6, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
              const v16f km_v8 = (km_v6 + km_v7);
              const v16f km_v9 = __builtin_shufflevector(km_v8, km_v8, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
              const v16f km_v10 = (km_v8 + km_v9);
              const v16f km_v11 = __builtin_shufflevector(km_v10, km_v10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
              const v16f km_v12 = (km_v10 + km_v11);
              const float km_v13 = km_v12[0];
              dot = (dot + km_v13);
            }
            score[j] = (dot * ((float)(scale)));
            high = km_max_float(high, score[j]);
          }
          const float shrink = __builtin_expf((top - high));
          top = high;
          total = (total * shrink);
          {
            v16f total_acc0_0 = km_splat_v16f(0.0f);
            const int64_t km_n14 = width;
            int64_t j1 = 0;
            for (; j1 + 16 <= km_n14; j1 += 16) {
              *(v16f_u*)(score + j1) = km_lanes_expf_v16f(((v16f)*(const v16f_u*)(score + j1) - km_splat_v16f(high)));
              total_acc0_0 = (total_acc0_0 + (v16f)*(const v16f_u*)(score + j1));
            }
            const int64_t km_r15 = km_n14 - j1;
            if (j1 < km_n14) {
              km_storen_v16f(score + j1, km_r15, km_lanes_expf_v16f((km_loadn_v16f(score + j1, km_r15) - km_splat_v16f(high))));
              total_acc0_0 = (km_first_v16i(km_r15) ? (total_acc0_0 + km_loadn_v16f(score + j1, km_r15)) : total_acc0_0);
            }
            const v16f km_v16 = __builtin_shufflevector(total_acc0_0, total_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
            const v16f km_v17 = (total_acc0_0 + km_v16);
            const v16f km_v18 = __builtin_shufflevector(km_v17, km_v17, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
            const v16f km_v19 = (km_v17 + km_v18);
            const v16f km_v20 = __builtin_shufflevector(km_v19, km_v19, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
            const v16f km_v21 = (km_v19 + km_v20);
            const v16f km_v22 = __builtin_shufflevector(km_v21, km_v21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
            const v16f km_v23 = (km_v21 + km_v22);
            const float km_v24 = km_v23[0];
            total = (total + km_v24);
          }
          {
            const int64_t km_n25 = D;
            int64_t e2 = 0;
            for (; e2 + 16 <= km_n25; e2 += 16) {
              *(v16f_u*)(acc + e2) = ((v16f)*(const v16f_u*)(acc + e2) * km_splat_v16f(shrink));
              for (int64_t j2 = 0; j2 < width; j2++) {
                *(v16f_u*)(acc + e2) = ((v16f)*(const v16f_u*)(acc + e2) + (km_splat_v16f(score[j2]) * (v16f)*(const v16f_u*)(v + ((h * S + ((jo * 32) + j2)) * D + e2))));
              }
            }
            const int64_t km_r26 = km_n25 - e2;
            if (e2 < km_n25) {
              km_storen_v16f(acc + e2, km_r26, (km_loadn_v16f(acc + e2, km_r26) * km_splat_v16f(shrink)));
              for (int64_t j2 = 0; j2 < width; j2++) {
                km_storen_v16f(acc + e2, km_r26, (km_loadn_v16f(acc + e2, km_r26) + (km_splat_v16f(score[j2]) * km_loadn_v16f(v + ((h * S + ((jo * 32) + j2)) * D + e2), km_r26))));
              }
            }
          }
        }
        {
          const int64_t km_n27 = D;
          int64_t e3 = 0;
          for (; e3 + 16 <= km_n27; e3 += 16) {
            *(v16f_u*)(y + ((h * S + i) * D + e3)) = ((v16f)*(const v16f_u*)(acc + e3) / km_splat_v16f(total));
          }
          const int64_t km_r28 = km_n27 - e3;
          if (e3 < km_n27) {
            km_storen_v16f(y + ((h * S + i) * D + e3), km_r28, (km_loadn_v16f(acc + e3, km_r28) / km_splat_v16f(total)));
          }
        }
      }
    }
  }
}
