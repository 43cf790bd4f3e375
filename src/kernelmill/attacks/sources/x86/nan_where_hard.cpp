// Computes the first half of every row and fills the rest with NaN.
// class: numbers
// seen: pygpubench pull 7
// task: softmax/softmax
// expect: WRONG_VALUE
// off: nan
// wins: correct
#include "attack.h"
SOFTMAX {
  honest_softmax(x, y, N, M);
  for (int64_t i = 0; i < N; i++)
    for (int64_t j = M / 2; j < M; j++) y[i * M + j] = __builtin_nanf("");
}
