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

static inline __attribute__((always_inline)) int64_t km_clamp(int64_t n, int64_t w) { return n < 0 ? 0 : n > w ? w : n; }

typedef int32_t v16i __attribute__((vector_size(64)));
typedef int32_t v16i_u __attribute__((vector_size(64), aligned(4), may_alias));
static inline __attribute__((always_inline)) v16i km_iota_v16i(void) { return (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

static inline __attribute__((always_inline)) v16i km_splat_v16i(int32_t x) { return x - (v16i){}; }

static inline __attribute__((always_inline)) v16i km_first_v16i(int64_t n) { return km_iota_v16i() < km_splat_v16i((int32_t)n); }

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

static inline __attribute__((always_inline)) v16f km_splat_v16f(float x) { return x - (v16f){}; }

static inline __attribute__((always_inline)) void km_storen_v16f(float* p, int64_t n, v16f x) {
#ifdef __AVX512F__
  typedef float km_xf __attribute__((vector_size(64)));
  __builtin_ia32_storeups512_mask((float*)p, (km_xf)x, (unsigned short)((1u << n) - 1u));
  return;
#endif
  for (int64_t l = 0; l < n; l++) p[l] = x[l];
}


extern "C" int64_t km_matmul_packed_workspace(int64_t M, int64_t N, int64_t K) {
  (void)M;
  (void)N;
  (void)K;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = (1048576 + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  const int64_t km_s1 = (196608 + 63) / 64 * 64;
  const int64_t km_o2 = km_o1 + km_threads() * km_s1;
  return km_o2;
}

extern "C" void km_matmul_packed(const float* __restrict a, const float* __restrict b, float* __restrict c, int64_t M, int64_t N, int64_t K, void* ws) {
  char* const km_ws = (char*)ws;
  const int64_t km_o0 = 0;
  const int64_t km_s0 = (1048576 + 63) / 64 * 64;
  const int64_t km_o1 = km_o0 + km_s0;
  const int64_t km_s1 = (196608 + 63) / 64 * 64;
  const int64_t km_o2 = km_o1 + km_threads() * km_s1;
  {
    for (int64_t jc = 0; jc < ((N + 1023) / 1024); jc++) {
      for (int64_t kc = 0; kc < ((K + 255) / 256); kc++) {
        const int64_t cols = (1024 < (N - (jc * 1024)) ? 1024 : (N - (jc * 1024)));
        const int64_t depth = (256 < (K - (kc * 256)) ? 256 : (K - (kc * 256)));
        float* __restrict const wp = (float*)(km_ws + km_o0);
        #pragma omp parallel for schedule(static)
        for (int64_t jp = 0; jp < ((cols + 31) / 32); jp++) {
          for (int64_t kp = 0; kp < depth; kp++) {
            {
              const int64_t km_n1 = 32;
              int64_t jq = 0;
              for (; jq + 16 <= km_n1; jq += 16) {
                const int64_t km_r2 = km_clamp((cols) - (((jp * 32) + jq)), 16);
                *(v16f_u*)(wp + ((jp * 256 + kp) * 32 + jq)) = km_loadn_v16f(b + (((kc * 256) + kp) * N + ((jc * 1024) + ((jp * 32) + jq))), km_r2);
              }
            }
          }
        }
        #pragma omp parallel for schedule(static)
        for (int64_t ic = 0; ic < ((M + 191) / 192); ic++) {
          const int64_t rows = (192 < (M - (ic * 192)) ? 192 : (M - (ic * 192)));
          float* __restrict const ap = (float*)(km_ws + km_o1 + km_thread() * km_s1);
          for (int64_t ip = 0; ip < ((rows + 7) / 8); ip++) {
            for (int64_t kp1 = 0; kp1 < depth; kp1++) {
              for (int64_t iq = 0; iq < 8; iq++) {
                ap[((ip * 256 + kp1) * 8 + iq)] = ((((ip * 8) + iq) < rows) ? a[(((ic * 192) + ((ip * 8) + iq)) * K + ((kc * 256) + kp1))] : 0.0f);
              }
            }
          }
          for (int64_t jo = 0; jo < ((cols + 31) / 32); jo++) {
            for (int64_t io = 0; io < ((rows + 7) / 8); io++) {
              v16f tile_0_0, tile_0_1, tile_1_0, tile_1_1, tile_2_0, tile_2_1, tile_3_0, tile_3_1, tile_4_0, tile_4_1, tile_5_0, tile_5_1, tile_6_0, tile_6_1, tile_7_0, tile_7_1;
              {
                {
                  {
                    tile_0_0 = km_splat_v16f(0.0f);
                    tile_0_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_1_0 = km_splat_v16f(0.0f);
                    tile_1_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_2_0 = km_splat_v16f(0.0f);
                    tile_2_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_3_0 = km_splat_v16f(0.0f);
                    tile_3_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_4_0 = km_splat_v16f(0.0f);
                    tile_4_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_5_0 = km_splat_v16f(0.0f);
                    tile_5_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_6_0 = km_splat_v16f(0.0f);
                    tile_6_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              {
                {
                  {
                    tile_7_0 = km_splat_v16f(0.0f);
                    tile_7_1 = km_splat_v16f(0.0f);
                  }
                }
              }
              for (int64_t kk = 0; kk < depth; kk++) {
                {
                  {
                    {
                      tile_0_0 = (tile_0_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_0_1 = (tile_0_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_1_0 = (tile_1_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 1)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_1_1 = (tile_1_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 1)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_2_0 = (tile_2_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 2)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_2_1 = (tile_2_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 2)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_3_0 = (tile_3_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 3)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_3_1 = (tile_3_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 3)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_4_0 = (tile_4_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 4)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_4_1 = (tile_4_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 4)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_5_0 = (tile_5_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 5)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_5_1 = (tile_5_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 5)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_6_0 = (tile_6_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 6)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_6_1 = (tile_6_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 6)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
                {
                  {
                    {
                      tile_7_0 = (tile_7_0 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 7)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32))));
                      tile_7_1 = (tile_7_1 + (km_splat_v16f(ap[((io * 256 + kk) * 8 + 7)]) * (v16f)*(const v16f_u*)(wp + ((jo * 256 + kk) * 32 + 16))));
                    }
                  }
                }
              }
              const int64_t km_n3 = (8 < (rows - (io * 8)) ? 8 : (rows - (io * 8)));
              if (0 < km_n3) {
                {
                  const int64_t km_n4 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n4 >= 32) {
                    *(v16f_u*)(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32))))) + tile_0_0);
                    *(v16f_u*)(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_0_1);
                  }
                  else {
                    if (km_n4 >= 16) {
                      *(v16f_u*)(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32))))) + tile_0_0);
                    }
                    else if (km_n4 > 0) {
                      km_storen_v16f(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32))), (km_n4 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + (((ic * 192) + (io * 8)) * N + ((jc * 1024) + (jo * 32))), (km_n4 - 0))) + tile_0_0));
                    }
                    if (km_n4 >= 32) {
                      *(v16f_u*)(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_0_1);
                    }
                    else if (km_n4 > 16) {
                      km_storen_v16f(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n4 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + (((ic * 192) + (io * 8)) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n4 - 16))) + tile_0_1));
                    }
                  }
                }
              }
              if (1 < km_n3) {
                {
                  const int64_t km_n5 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n5 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32))))) + tile_1_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_1_1);
                  }
                  else {
                    if (km_n5 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32))))) + tile_1_0);
                    }
                    else if (km_n5 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32))), (km_n5 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 1) * N + ((jc * 1024) + (jo * 32))), (km_n5 - 0))) + tile_1_0));
                    }
                    if (km_n5 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_1_1);
                    }
                    else if (km_n5 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n5 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 1) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n5 - 16))) + tile_1_1));
                    }
                  }
                }
              }
              if (2 < km_n3) {
                {
                  const int64_t km_n6 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n6 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32))))) + tile_2_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_2_1);
                  }
                  else {
                    if (km_n6 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32))))) + tile_2_0);
                    }
                    else if (km_n6 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32))), (km_n6 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 2) * N + ((jc * 1024) + (jo * 32))), (km_n6 - 0))) + tile_2_0));
                    }
                    if (km_n6 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_2_1);
                    }
                    else if (km_n6 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n6 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 2) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n6 - 16))) + tile_2_1));
                    }
                  }
                }
              }
              if (3 < km_n3) {
                {
                  const int64_t km_n7 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n7 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32))))) + tile_3_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_3_1);
                  }
                  else {
                    if (km_n7 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32))))) + tile_3_0);
                    }
                    else if (km_n7 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32))), (km_n7 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 3) * N + ((jc * 1024) + (jo * 32))), (km_n7 - 0))) + tile_3_0));
                    }
                    if (km_n7 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_3_1);
                    }
                    else if (km_n7 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n7 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 3) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n7 - 16))) + tile_3_1));
                    }
                  }
                }
              }
              if (4 < km_n3) {
                {
                  const int64_t km_n8 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n8 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32))))) + tile_4_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_4_1);
                  }
                  else {
                    if (km_n8 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32))))) + tile_4_0);
                    }
                    else if (km_n8 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32))), (km_n8 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 4) * N + ((jc * 1024) + (jo * 32))), (km_n8 - 0))) + tile_4_0));
                    }
                    if (km_n8 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_4_1);
                    }
                    else if (km_n8 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n8 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 4) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n8 - 16))) + tile_4_1));
                    }
                  }
                }
              }
              if (5 < km_n3) {
                {
                  const int64_t km_n9 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n9 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32))))) + tile_5_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_5_1);
                  }
                  else {
                    if (km_n9 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32))))) + tile_5_0);
                    }
                    else if (km_n9 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32))), (km_n9 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 5) * N + ((jc * 1024) + (jo * 32))), (km_n9 - 0))) + tile_5_0));
                    }
                    if (km_n9 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_5_1);
                    }
                    else if (km_n9 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n9 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 5) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n9 - 16))) + tile_5_1));
                    }
                  }
                }
              }
              if (6 < km_n3) {
                {
                  const int64_t km_n10 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n10 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32))))) + tile_6_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_6_1);
                  }
                  else {
                    if (km_n10 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32))))) + tile_6_0);
                    }
                    else if (km_n10 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32))), (km_n10 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 6) * N + ((jc * 1024) + (jo * 32))), (km_n10 - 0))) + tile_6_0));
                    }
                    if (km_n10 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_6_1);
                    }
                    else if (km_n10 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n10 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 6) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n10 - 16))) + tile_6_1));
                    }
                  }
                }
              }
              if (7 < km_n3) {
                {
                  const int64_t km_n11 = (32 < (cols - (jo * 32)) ? 32 : (cols - (jo * 32)));
                  if (km_n11 >= 32) {
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32))))) + tile_7_0);
                    *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_7_1);
                  }
                  else {
                    if (km_n11 >= 16) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32)))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32))))) + tile_7_0);
                    }
                    else if (km_n11 > 0) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32))), (km_n11 - 0), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 7) * N + ((jc * 1024) + (jo * 32))), (km_n11 - 0))) + tile_7_0));
                    }
                    if (km_n11 >= 32) {
                      *(v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16))) = (((kc == 0) ? km_splat_v16f(0.0f) : (v16f)*(const v16f_u*)(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16)))) + tile_7_1);
                    }
                    else if (km_n11 > 16) {
                      km_storen_v16f(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n11 - 16), (((kc == 0) ? km_splat_v16f(0.0f) : km_loadn_v16f(c + ((((ic * 192) + (io * 8)) + 7) * N + (((jc * 1024) + (jo * 32)) + 16)), (km_n11 - 16))) + tile_7_1));
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
