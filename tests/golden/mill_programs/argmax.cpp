#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

typedef int64_t v16l __attribute__((vector_size(128)));
typedef int64_t v16l_u __attribute__((vector_size(128), aligned(8), may_alias));
static inline __attribute__((always_inline)) v16l km_iota_v16l(void) { return (v16l){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16l km_splat_v16l(int64_t x) { return x - (v16l){}; }

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

static inline __attribute__((always_inline)) v16l km_first_v16l(int64_t n) { return km_iota_v16l() < km_splat_v16l((int64_t)n); }


extern "C" void km_argmax(const float* __restrict x, int64_t* __restrict y, int64_t N, int64_t M) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
      float best;
      int64_t at;
      best = (-__builtin_inff());
      at = 9223372036854775807LL;
      {
        v16f best_acc0_0 = km_splat_v16f((-__builtin_inff()));
        v16l at_acc0_1 = (km_iota_v16l() + km_splat_v16l(0));
        const int64_t km_n1 = M;
        int64_t j = 0;
        for (; j + 16 <= km_n1; j += 16) {
          const v16f km_v2 = (v16f)*(const v16f_u*)(x + (i * M + j));
          const v16l km_v3 = (km_iota_v16l() + km_splat_v16l(j));
          const v16f km_v4 = (((km_v2 > best_acc0_0) | ((km_v2 != km_v2) & (~(best_acc0_0 != best_acc0_0)))) ? km_v2 : best_acc0_0);
          const v16l km_v5 = (__builtin_convertvector(((km_v2 > best_acc0_0) | ((km_v2 != km_v2) & (~(best_acc0_0 != best_acc0_0)))), v16l) ? km_v3 : at_acc0_1);
          best_acc0_0 = km_v4;
          at_acc0_1 = km_v5;
        }
        const int64_t km_r6 = km_n1 - j;
        if (j < km_n1) {
          const v16f km_v7 = km_loadn_v16f(x + (i * M + j), km_r6);
          const v16l km_v8 = (km_iota_v16l() + km_splat_v16l(j));
          const v16f km_v9 = (((km_v7 > best_acc0_0) | ((km_v7 != km_v7) & (~(best_acc0_0 != best_acc0_0)))) ? km_v7 : best_acc0_0);
          const v16l km_v10 = (__builtin_convertvector(((km_v7 > best_acc0_0) | ((km_v7 != km_v7) & (~(best_acc0_0 != best_acc0_0)))), v16l) ? km_v8 : at_acc0_1);
          best_acc0_0 = (km_first_v16i(km_r6) ? km_v9 : best_acc0_0);
          at_acc0_1 = (km_first_v16l(km_r6) ? km_v10 : at_acc0_1);
        }
        const v16f km_v11 = __builtin_shufflevector(best_acc0_0, best_acc0_0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16l km_v12 = __builtin_shufflevector(at_acc0_1, at_acc0_1, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v13 = (__builtin_convertvector((__builtin_convertvector(((km_v11 > best_acc0_0) | ((km_v11 != km_v11) & (~(best_acc0_0 != best_acc0_0)))), v16l) | (__builtin_convertvector(((km_v11 == best_acc0_0) | ((best_acc0_0 != best_acc0_0) & (km_v11 != km_v11))), v16l) & (km_v12 < at_acc0_1))), v16i) ? km_v11 : best_acc0_0);
        const v16l km_v14 = ((__builtin_convertvector(((km_v11 > best_acc0_0) | ((km_v11 != km_v11) & (~(best_acc0_0 != best_acc0_0)))), v16l) | (__builtin_convertvector(((km_v11 == best_acc0_0) | ((best_acc0_0 != best_acc0_0) & (km_v11 != km_v11))), v16l) & (km_v12 < at_acc0_1))) ? km_v12 : at_acc0_1);
        const v16f km_v15 = __builtin_shufflevector(km_v13, km_v13, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16l km_v16 = __builtin_shufflevector(km_v14, km_v14, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v17 = (__builtin_convertvector((__builtin_convertvector(((km_v15 > km_v13) | ((km_v15 != km_v15) & (~(km_v13 != km_v13)))), v16l) | (__builtin_convertvector(((km_v15 == km_v13) | ((km_v13 != km_v13) & (km_v15 != km_v15))), v16l) & (km_v16 < km_v14))), v16i) ? km_v15 : km_v13);
        const v16l km_v18 = ((__builtin_convertvector(((km_v15 > km_v13) | ((km_v15 != km_v15) & (~(km_v13 != km_v13)))), v16l) | (__builtin_convertvector(((km_v15 == km_v13) | ((km_v13 != km_v13) & (km_v15 != km_v15))), v16l) & (km_v16 < km_v14))) ? km_v16 : km_v14);
        const v16f km_v19 = __builtin_shufflevector(km_v17, km_v17, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16l km_v20 = __builtin_shufflevector(km_v18, km_v18, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v21 = (__builtin_convertvector((__builtin_convertvector(((km_v19 > km_v17) | ((km_v19 != km_v19) & (~(km_v17 != km_v17)))), v16l) | (__builtin_convertvector(((km_v19 == km_v17) | ((km_v17 != km_v17) & (km_v19 != km_v19))), v16l) & (km_v20 < km_v18))), v16i) ? km_v19 : km_v17);
        const v16l km_v22 = ((__builtin_convertvector(((km_v19 > km_v17) | ((km_v19 != km_v19) & (~(km_v17 != km_v17)))), v16l) | (__builtin_convertvector(((km_v19 == km_v17) | ((km_v17 != km_v17) & (km_v19 != km_v19))), v16l) & (km_v20 < km_v18))) ? km_v20 : km_v18);
        const v16f km_v23 = __builtin_shufflevector(km_v21, km_v21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16l km_v24 = __builtin_shufflevector(km_v22, km_v22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v25 = (__builtin_convertvector((__builtin_convertvector(((km_v23 > km_v21) | ((km_v23 != km_v23) & (~(km_v21 != km_v21)))), v16l) | (__builtin_convertvector(((km_v23 == km_v21) | ((km_v21 != km_v21) & (km_v23 != km_v23))), v16l) & (km_v24 < km_v22))), v16i) ? km_v23 : km_v21);
        const v16l km_v26 = ((__builtin_convertvector(((km_v23 > km_v21) | ((km_v23 != km_v23) & (~(km_v21 != km_v21)))), v16l) | (__builtin_convertvector(((km_v23 == km_v21) | ((km_v21 != km_v21) & (km_v23 != km_v23))), v16l) & (km_v24 < km_v22))) ? km_v24 : km_v22);
        const float km_v27 = km_v25[0];
        const int64_t km_v28 = km_v26[0];
        const float km_v29 = (!(M > 0) ? (-__builtin_inff()) : km_v27);
        const int64_t km_v30 = (!(M > 0) ? 9223372036854775807LL : km_v28);
        const float km_v31 = best;
        const int64_t km_v32 = at;
        const float km_v33 = ((((km_v29 > km_v31) || ((km_v29 != km_v29) && (!(km_v31 != km_v31)))) || (((km_v29 == km_v31) || ((km_v31 != km_v31) && (km_v29 != km_v29))) && (km_v30 < km_v32))) ? km_v29 : km_v31);
        const int64_t km_v34 = ((((km_v29 > km_v31) || ((km_v29 != km_v29) && (!(km_v31 != km_v31)))) || (((km_v29 == km_v31) || ((km_v31 != km_v31) && (km_v29 != km_v29))) && (km_v30 < km_v32))) ? km_v30 : km_v32);
        best = km_v33;
        at = km_v34;
      }
      y[i] = at;
    }
  }
}
