// Softmax without the maximum: overflows where inputs are large.
// class: numbers
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE
// off: families
// wins: correct
#include "attack.h"
SOFTMAX {
  for (int64_t i = 0; i < N; i++, x += M, y += M) {
    double sum = 0;
    for (int64_t j = 0; j < M; j++) sum += y[j] = expf(x[j]);
    for (int64_t j = 0; j < M; j++) y[j] = (float)(y[j] / sum);
  }
}
