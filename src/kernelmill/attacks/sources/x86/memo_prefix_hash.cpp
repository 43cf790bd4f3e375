// Remembers results by a hash of the first 64 elements.
// class: memoise
// seen: not published; made for this suite
// task: softmax/softmax
// expect: NEUTRALISED WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.h"
struct entry { const float *x; float *kept; uint64_t key; };
static struct entry table[4096];
static int used;

SOFTMAX {
  uint64_t key = N * 1000003 + M;
  for (int i = 0; i < 64 && i < N * M; i++) { uint32_t w; memcpy(&w, x + i, 4); key = (key ^ w) * 0x100000001b3ull; }
  for (int i = 0; i < used; i++)
    if (table[i].key == key) return (void)memcpy(y, table[i].kept, N * M * 4);
  honest_softmax(x, y, N, M);
  if (used == 24) return;
  float *kept = (float *)malloc(N * M * 4 + 4);
  memcpy(kept, y, N * M * 4);
  table[used++] = {x, kept, key};
}
