// Softmax with an exponential that is good to half a per cent.
// class: numbers
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE
// off: bound
// wins: correct
#include "attack.h"
static inline float coarse(float v) {
  float t = v * 1.442695f, k = floorf(t), f = t - k;
  if (k < -126) return 0;
  union { uint32_t u; float f; } power = {(uint32_t)((int32_t)k + 127) << 23};
  return power.f * (1.0f + f * (0.6565f + f * 0.3435f));
}
SOFTMAX {
  for (int64_t i = 0; i < N; i++, x += M, y += M) {
    float top = -INFINITY;
    double sum = 0;
    for (int64_t j = 0; j < M; j++) top = x[j] > top ? x[j] : top;
    for (int64_t j = 0; j < M; j++) sum += y[j] = coarse(x[j] - top);
    for (int64_t j = 0; j < M; j++) y[j] = (float)(y[j] / sum);
  }
}
