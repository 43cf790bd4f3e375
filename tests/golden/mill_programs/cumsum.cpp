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

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" int64_t km_cumsum_workspace(int64_t n) {
  (void)n;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * ((n + 255) / 256)) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  const int64_t km_s1 = ((4 * ((n + 255) / 256)) + 63) / 64 * 64;
  const int64_t km_o2 = km_o1 + km_s1;
  return km_o2;
}

extern "C" void km_cumsum(const float* __restrict x, float* __restrict y, int64_t n, void* ws) {
  char* const km_ws = (char*)ws;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = ((4 * ((n + 255) / 256)) + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  const int64_t km_s1 = ((4 * ((n + 255) / 256)) + 63) / 64 * 64;
  const int64_t km_o2 = km_o1 + km_s1;
  float* __restrict const total = (float*)(km_ws + km_o0);
  float* __restrict const start = (float*)(km_ws + km_o1);
  {
    #pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < ((n + 255) / 256); p++) {
      total[p] = 0.0f;
      {
        v16f total_acc0_0 = km_splat_v16f(0.0f);
        const int64_t km_n1 = (256 < (n - (p * 256)) ? 256 : (n - (p * 256)));
        int64_t q = 0;
        for (; q + 16 <= km_n1; q += 16) {
          total_acc0_0 = (total_acc0_0 + (v16f)*(const v16f_u*)(x + ((p * 256) + q)));
        }
        const int64_t km_r2 = km_n1 - q;
        if (q < km_n1) {
          total_acc0_0 = (km_first_v16i(km_r2) ? (total_acc0_0 + km_loadn_v16f(x + ((p * 256) + q), km_r2)) : total_acc0_0);
        }
        const v16f km_v3 = __builtin_shufflevector(total_acc0_0, total_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v4 = (total_acc0_0 + km_v3);
        const v16f km_v5 = __builtin_shufflevector(km_v4, km_v4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v6 = (km_v4 + km_v5);
        const v16f km_v7 = __builtin_shufflevector(km_v6, km_v6, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v8 = (km_v6 + km_v7);
        const v16f km_v9 = __builtin_shufflevector(km_v8, km_v8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v10 = (km_v8 + km_v9);
        const float km_v11 = km_v10[0];
        total[p] = (total[p] + km_v11);
      }
    }
    float run;
    run = 0.0f;
    for (int64_t p1 = 0; p1 < ((n + 255) / 256); p1++) {
      const float km_v12 = run;
      const float km_v13 = total[p1];
      const float km_v14 = (km_v12 + km_v13);
      start[p1] = km_v12;
      run = km_v14;
    }
    #pragma omp parallel for schedule(static)
    for (int64_t p2 = 0; p2 < ((n + 255) / 256); p2++) {
      float carry;
      carry = start[p2];
      {
        const int64_t km_n15 = (256 < (n - (p2 * 256)) ? 256 : (n - (p2 * 256)));
        int64_t q1 = 0;
        for (; q1 + 16 <= km_n15; q1 += 16) {
          const v16f km_v16 = km_splat_v16f(0.0f);
          const v16f km_v17 = (v16f)*(const v16f_u*)(x + ((p2 * 256) + q1));
          const v16f km_v18 = km_v17;
          const v16f km_v19 = (__builtin_shufflevector(km_v16, km_v17, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30) + km_v18);
          const v16f km_v20 = km_v19;
          const v16f km_v21 = (__builtin_shufflevector(km_v16, km_v19, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29) + km_v20);
          const v16f km_v22 = km_v21;
          const v16f km_v23 = (__builtin_shufflevector(km_v16, km_v21, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27) + km_v22);
          const v16f km_v24 = km_v23;
          const v16f km_v25 = (__builtin_shufflevector(km_v16, km_v23, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) + km_v24);
          const float km_v26 = carry;
          const v16f km_v27 = km_splat_v16f(km_v26);
          const v16f km_v28 = km_v25;
          const v16f km_v29 = (km_v27 + km_v28);
          *(v16f_u*)(y + ((p2 * 256) + q1)) = km_v29;
          carry = km_v29[15];
        }
        const int64_t km_r30 = km_n15 - q1;
        if (q1 < km_n15) {
          const v16f km_v31 = km_splat_v16f(0.0f);
          const v16f km_v32 = (km_first_v16i(km_r30) ? km_loadn_v16f(x + ((p2 * 256) + q1), km_r30) : km_v31);
          const v16f km_v33 = km_v32;
          const v16f km_v34 = (__builtin_shufflevector(km_v31, km_v32, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30) + km_v33);
          const v16f km_v35 = km_v34;
          const v16f km_v36 = (__builtin_shufflevector(km_v31, km_v34, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29) + km_v35);
          const v16f km_v37 = km_v36;
          const v16f km_v38 = (__builtin_shufflevector(km_v31, km_v36, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27) + km_v37);
          const v16f km_v39 = km_v38;
          const v16f km_v40 = (__builtin_shufflevector(km_v31, km_v38, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) + km_v39);
          const float km_v41 = carry;
          const v16f km_v42 = km_splat_v16f(km_v41);
          const v16f km_v43 = km_v40;
          const v16f km_v44 = (km_v42 + km_v43);
          km_storen_v16f(y + ((p2 * 256) + q1), km_r30, km_v44);
          carry = km_v44[15];
        }
      }
    }
  }
}
