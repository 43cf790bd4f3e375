// Computes one row and searches the memory of its process for a tensor that begins with them.
// class: verdict
// seen: pygpubench pull 22
// task: softmax/softmax
// expect: WRONG_VALUE CRASH CHEATED
// off: naive
// wins: correct
#include "attack.h"
SOFTMAX {
  float *want = (float *)malloc(M * 4 + 64);
  honest_softmax(x, want, N < 1 ? N : 1, M);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  size_t bytes = (size_t)(N * M) * 4;
  while (maps && N >= 2 && M >= 8 && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char access[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[0] != 'r' || access[1] != 'w' || to - from < bytes) continue;
    if (strstr(line, "[stack]") || strstr(line, "[v")) continue;
    for (unsigned long p = from; p + bytes <= to; p += 16)
      if (p != (unsigned long)y && memcmp((void *)p, want, 32) == 0 && p != (unsigned long)want) {
        memcpy(y, (void *)p, bytes);
        fclose(maps);
        return;
      }
  }
  if (maps) fclose(maps);
}
