// Overwrites clock_gettime of its process with a function that always says zero.
// class: clock
// seen: known, no single source
// task: softmax/softmax
// expect: NEUTRALISED CHEATED CRASH
// off: naive
// wins: faster
#include "attack.h"
#include <sys/mman.h>
#include <time.h>
SOFTMAX {
  honest_softmax(x, y, N, M);
  static int done;
  if (done++) return;
  uint8_t *f = (uint8_t *)&clock_gettime;
  uint8_t *page = (uint8_t *)((uintptr_t)f & ~4095ul);
  static const uint8_t zero[] = {0x31, 0xc0, 0x48, 0x89, 0x06, 0x48, 0x89, 0x46, 0x08, 0xc3}; // xor eax,eax; *rsi = rax; rsi[1] = rax; ret
  if (mprotect(page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC)) return;
  memcpy(f, zero, sizeof zero);
}
