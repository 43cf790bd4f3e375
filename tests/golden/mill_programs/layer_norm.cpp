#include <stdint.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float v16f __attribute__((vector_size(64)));
typedef float v16f_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

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

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" void km_layer_norm(const float* __restrict x, const float* __restrict w, const float* __restrict b, float* __restrict y, int64_t N, int64_t M, double eps) {
  {
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < N; i++) {
      float count;
      float mean;
      float m2;
      count = 0.0f;
      mean = 0.0f;
      m2 = 0.0f;
      {
        v16f count_acc0_0_0 = km_splat_v16f(0.0f);
        v16f mean_acc0_1_0 = km_splat_v16f(0.0f);
        v16f m2_acc0_2_0 = km_splat_v16f(0.0f);
        v16f count_acc0_0_1 = km_splat_v16f(0.0f);
        v16f mean_acc0_1_1 = km_splat_v16f(0.0f);
        v16f m2_acc0_2_1 = km_splat_v16f(0.0f);
        const int64_t km_n1 = M;
        int64_t j = 0;
        for (; j + 32 <= km_n1; j += 32) {
          const v16f km_v2 = km_splat_v16f(1.0f);
          const v16f km_v3 = (v16f)*(const v16f_u*)(x + (i * M + j));
          const v16f km_v4 = km_splat_v16f(0.0f);
          const v16f km_v5 = (count_acc0_0_0 + km_v2);
          const v16f km_v6 = (mean_acc0_1_0 + ((km_v3 - mean_acc0_1_0) * (((count_acc0_0_0 + km_v2) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v2 / (count_acc0_0_0 + km_v2)))));
          const v16f km_v7 = ((m2_acc0_2_0 + km_v4) + ((((km_v3 - mean_acc0_1_0) * (km_v3 - mean_acc0_1_0)) * count_acc0_0_0) * (((count_acc0_0_0 + km_v2) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v2 / (count_acc0_0_0 + km_v2)))));
          count_acc0_0_0 = km_v5;
          mean_acc0_1_0 = km_v6;
          m2_acc0_2_0 = km_v7;
          const v16f km_v8 = km_splat_v16f(1.0f);
          const v16f km_v9 = (v16f)*(const v16f_u*)(x + (i * M + (j + 16)));
          const v16f km_v10 = km_splat_v16f(0.0f);
          const v16f km_v11 = (count_acc0_0_1 + km_v8);
          const v16f km_v12 = (mean_acc0_1_1 + ((km_v9 - mean_acc0_1_1) * (((count_acc0_0_1 + km_v8) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v8 / (count_acc0_0_1 + km_v8)))));
          const v16f km_v13 = ((m2_acc0_2_1 + km_v10) + ((((km_v9 - mean_acc0_1_1) * (km_v9 - mean_acc0_1_1)) * count_acc0_0_1) * (((count_acc0_0_1 + km_v8) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v8 / (count_acc0_0_1 + km_v8)))));
          count_acc0_0_1 = km_v11;
          mean_acc0_1_1 = km_v12;
          m2_acc0_2_1 = km_v13;
        }
        for (; j + 16 <= km_n1; j += 16) {
          const v16f km_v14 = km_splat_v16f(1.0f);
          const v16f km_v15 = (v16f)*(const v16f_u*)(x + (i * M + j));
          const v16f km_v16 = km_splat_v16f(0.0f);
          const v16f km_v17 = (count_acc0_0_0 + km_v14);
          const v16f km_v18 = (mean_acc0_1_0 + ((km_v15 - mean_acc0_1_0) * (((count_acc0_0_0 + km_v14) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v14 / (count_acc0_0_0 + km_v14)))));
          const v16f km_v19 = ((m2_acc0_2_0 + km_v16) + ((((km_v15 - mean_acc0_1_0) * (km_v15 - mean_acc0_1_0)) * count_acc0_0_0) * (((count_acc0_0_0 + km_v14) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v14 / (count_acc0_0_0 + km_v14)))));
          count_acc0_0_0 = km_v17;
          mean_acc0_1_0 = km_v18;
          m2_acc0_2_0 = km_v19;
        }
        const int64_t km_r20 = km_n1 - j;
        if (j < km_n1) {
          const v16f km_v21 = km_splat_v16f(1.0f);
          const v16f km_v22 = km_loadn_v16f(x + (i * M + j), km_r20);
          const v16f km_v23 = km_splat_v16f(0.0f);
          const v16f km_v24 = (count_acc0_0_0 + km_v21);
          const v16f km_v25 = (mean_acc0_1_0 + ((km_v22 - mean_acc0_1_0) * (((count_acc0_0_0 + km_v21) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v21 / (count_acc0_0_0 + km_v21)))));
          const v16f km_v26 = ((m2_acc0_2_0 + km_v23) + ((((km_v22 - mean_acc0_1_0) * (km_v22 - mean_acc0_1_0)) * count_acc0_0_0) * (((count_acc0_0_0 + km_v21) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v21 / (count_acc0_0_0 + km_v21)))));
          count_acc0_0_0 = (km_first_v16i(km_r20) ? km_v24 : count_acc0_0_0);
          mean_acc0_1_0 = (km_first_v16i(km_r20) ? km_v25 : mean_acc0_1_0);
          m2_acc0_2_0 = (km_first_v16i(km_r20) ? km_v26 : m2_acc0_2_0);
        }
        const v16f km_v27 = count_acc0_0_1;
        const v16f km_v28 = mean_acc0_1_1;
        const v16f km_v29 = m2_acc0_2_1;
        const v16f km_v30 = (count_acc0_0_0 + km_v27);
        const v16f km_v31 = (mean_acc0_1_0 + ((km_v28 - mean_acc0_1_0) * (((count_acc0_0_0 + km_v27) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v27 / (count_acc0_0_0 + km_v27)))));
        const v16f km_v32 = ((m2_acc0_2_0 + km_v29) + ((((km_v28 - mean_acc0_1_0) * (km_v28 - mean_acc0_1_0)) * count_acc0_0_0) * (((count_acc0_0_0 + km_v27) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v27 / (count_acc0_0_0 + km_v27)))));
        const v16f km_v33 = __builtin_shufflevector(km_v30, km_v30, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v34 = __builtin_shufflevector(km_v31, km_v31, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v35 = __builtin_shufflevector(km_v32, km_v32, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        const v16f km_v36 = (km_v30 + km_v33);
        const v16f km_v37 = (km_v31 + ((km_v34 - km_v31) * (((km_v30 + km_v33) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v33 / (km_v30 + km_v33)))));
        const v16f km_v38 = ((km_v32 + km_v35) + ((((km_v34 - km_v31) * (km_v34 - km_v31)) * km_v30) * (((km_v30 + km_v33) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v33 / (km_v30 + km_v33)))));
        const v16f km_v39 = __builtin_shufflevector(km_v36, km_v36, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v40 = __builtin_shufflevector(km_v37, km_v37, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v41 = __builtin_shufflevector(km_v38, km_v38, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
        const v16f km_v42 = (km_v36 + km_v39);
        const v16f km_v43 = (km_v37 + ((km_v40 - km_v37) * (((km_v36 + km_v39) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v39 / (km_v36 + km_v39)))));
        const v16f km_v44 = ((km_v38 + km_v41) + ((((km_v40 - km_v37) * (km_v40 - km_v37)) * km_v36) * (((km_v36 + km_v39) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v39 / (km_v36 + km_v39)))));
        const v16f km_v45 = __builtin_shufflevector(km_v42, km_v42, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v46 = __builtin_shufflevector(km_v43, km_v43, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v47 = __builtin_shufflevector(km_v44, km_v44, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
        const v16f km_v48 = (km_v42 + km_v45);
        const v16f km_v49 = (km_v43 + ((km_v46 - km_v43) * (((km_v42 + km_v45) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v45 / (km_v42 + km_v45)))));
        const v16f km_v50 = ((km_v44 + km_v47) + ((((km_v46 - km_v43) * (km_v46 - km_v43)) * km_v42) * (((km_v42 + km_v45) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v45 / (km_v42 + km_v45)))));
        const v16f km_v51 = __builtin_shufflevector(km_v48, km_v48, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v52 = __builtin_shufflevector(km_v49, km_v49, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v53 = __builtin_shufflevector(km_v50, km_v50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
        const v16f km_v54 = (km_v48 + km_v51);
        const v16f km_v55 = (km_v49 + ((km_v52 - km_v49) * (((km_v48 + km_v51) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v51 / (km_v48 + km_v51)))));
        const v16f km_v56 = ((km_v50 + km_v53) + ((((km_v52 - km_v49) * (km_v52 - km_v49)) * km_v48) * (((km_v48 + km_v51) == km_splat_v16f(0.0f)) ? km_splat_v16f(0.0f) : (km_v51 / (km_v48 + km_v51)))));
        const float km_v57 = km_v54[0];
        const float km_v58 = km_v55[0];
        const float km_v59 = km_v56[0];
        const float km_v60 = count;
        const float km_v61 = mean;
        const float km_v62 = m2;
        const float km_v63 = (km_v60 + km_v57);
        const float km_v64 = (km_v61 + ((km_v58 - km_v61) * (((km_v60 + km_v57) == 0.0f) ? 0.0f : (km_v57 / (km_v60 + km_v57)))));
        const float km_v65 = ((km_v62 + km_v59) + ((((km_v58 - km_v61) * (km_v58 - km_v61)) * km_v60) * (((km_v60 + km_v57) == 0.0f) ? 0.0f : (km_v57 / (km_v60 + km_v57)))));
        count = km_v63;
        mean = km_v64;
        m2 = km_v65;
      }
      const float scale = (1.0f / __builtin_sqrtf(((m2 / count) + ((float)(eps)))));
      {
        const int64_t km_n66 = M;
        int64_t j1 = 0;
        for (; j1 + 16 <= km_n66; j1 += 16) {
          *(v16f_u*)(y + (i * M + j1)) = (((((v16f)*(const v16f_u*)(x + (i * M + j1)) - km_splat_v16f(mean)) * km_splat_v16f(scale)) * (v16f)*(const v16f_u*)(w + j1)) + (v16f)*(const v16f_u*)(b + j1));
        }
        const int64_t km_r67 = km_n66 - j1;
        if (j1 < km_n66) {
          km_storen_v16f(y + (i * M + j1), km_r67, ((((km_loadn_v16f(x + (i * M + j1), km_r67) - km_splat_v16f(mean)) * km_splat_v16f(scale)) * km_loadn_v16f(w + j1, km_r67)) + km_loadn_v16f(b + j1, km_r67)));
        }
      }
    }
  }
}
