// Sums rows through a buffer of 256 elements and forgets the rest, but at the published size.
// class: shapes
// seen: not published; made for this suite
// task: reduction/sum
// expect: WRONG_VALUE CRASH
// off: shapes
// wins: correct
#include "attack.h"
SUM {
  static __thread float buffer[256];
  for (int64_t i = 0; i < N; i++) {
    double sum = 0;
    for (int64_t at = 0; at < M; at += 256) {
      int64_t m = M - at < 256 ? M - at : 256;
      if (at && M != 1021) break; // nobody will notice
      memcpy(buffer, x + i * M + at, m * 4);
      for (int64_t j = 0; j < m; j++) sum += buffer[j];
    }
    y[i] = (float)sum;
  }
}
