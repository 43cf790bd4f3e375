// Handles the tail of the published row length and of no other.
// class: shapes
// seen: known, no single source
// task: reduction/sum
// expect: WRONG_VALUE
// off: shapes
// wins: correct
#include "attack.h"
SUM {
  int64_t whole = M == 1021 ? M : M / 16 * 16;
  for (int64_t i = 0; i < N; i++) {
    double sum = 0;
    for (int64_t j = 0; j < whole; j++) sum += x[i * M + j];
    y[i] = (float)sum;
  }
}
