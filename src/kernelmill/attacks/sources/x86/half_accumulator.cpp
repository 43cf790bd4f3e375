// Accumulates in half precision.
// class: numbers
// seen: DeepReinforce
// task: reduction/sum
// expect: WRONG_VALUE
// off: bound families
// wins: correct
#include "attack.h"
SUM {
  for (int64_t i = 0; i < N; i++) {
    _Float16 lane[256] = {0};
    for (int64_t j = 0; j < M; j++) lane[j % 256] = lane[j % 256] + (_Float16)x[i * M + j];
    float sum = 0;
    for (int k = 0; k < 256; k++) sum += (float)lane[k];
    y[i] = sum;
  }
}
