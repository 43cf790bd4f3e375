// Rounds the inputs of a product to 11 bits of mantissa, as tf32 does.
// class: numbers
// seen: DeepReinforce
// task: matmul/square
// expect: WRONG_VALUE
// off: bound
// wins: correct
#include "attack.h"
static inline float cut(float v) {
  uint32_t w;
  memcpy(&w, &v, 4);
  w = (w + (1u << (13 - 1))) & ~((1u << 13) - 1);
  memcpy(&v, &w, 4);
  return v;
}
SQUARE {
  for (int64_t i = 0; i < N; i++) {
    for (int64_t j = 0; j < N; j++) c[i * N + j] = 0;
    for (int64_t k = 0; k < N; k++) {
      float v = cut(a[i * N + k]);
      for (int64_t j = 0; j < N; j++) c[i * N + j] += v * cut(b[k * N + j]);
    }
  }
}
