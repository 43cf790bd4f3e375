// Remembers results by 32 elements spread over both inputs: right unless inputs differ elsewhere only.
// class: memoise
// seen: not published; made for this suite
// task: matmul/square
// expect: NEUTRALISED WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.h"
struct entry { const float *x; float *kept; uint64_t key; };
static struct entry table[4096];
static int used;

SQUARE {
  uint64_t key = N, n = N * N;
  for (uint64_t i = 0; i < 16 && n; i++) {
    uint32_t v, w;
    memcpy(&v, a + i * 7919 % n, 4), memcpy(&w, b + i * 104729 % n, 4);
    key = (key ^ v ^ (uint64_t)w << 29) * 0x9e3779b97f4a7c15ull;
  }
  for (int i = 0; i < used; i++)
    if (table[i].key == key) return (void)memcpy(c, table[i].kept, n * 4);
  honest_square(a, b, c, N);
  if (used == 24) return;
  float *kept = (float *)malloc(n * 4 + 4);
  memcpy(kept, c, n * 4);
  table[used++] = {a, kept, key};
}
