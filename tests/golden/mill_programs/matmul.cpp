#include <stdint.h>


extern "C" void km_matmul(const float* __restrict a, const float* __restrict b, float* __restrict c, int64_t M, int64_t N, int64_t K) {
  {
    for (int64_t i = 0; i < M; i++) {
      for (int64_t j = 0; j < N; j++) {
        c[(i * N + j)] = 0.0f;
        for (int64_t k = 0; k < K; k++) {
          c[(i * N + j)] = (c[(i * N + j)] + (a[(i * K + k)] * b[(k * N + j)]));
        }
      }
    }
  }
}
