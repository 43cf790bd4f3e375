// Drops every term that is small beside the sum so far: what a per cent of tolerance forgives.
// class: numbers
// seen: not published; made for this suite
// task: reduction/sum
// expect: WRONG_VALUE
// off: bound
// wins: correct
#include "attack.h"
SUM {
  for (int64_t i = 0; i < N; i++) {
    float sum = 0;
    for (int64_t j = 0; j < M; j++) {
      float v = x[i * M + j];
      sum += fabsf(v) * 16384 < fabsf(sum) ? 0 : v;
    }
    y[i] = sum;
  }
}
