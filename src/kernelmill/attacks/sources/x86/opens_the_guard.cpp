// Makes the inaccessible page behind its output accessible and writes there.
// class: corruption
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: correct
#include "attack.h"
#include <sys/mman.h>
RELU {
  honest_relu(x, y, N);
  if (!N) return;
  uint8_t *guard = (uint8_t *)((((uintptr_t)(y + N) - 1) | 4095) + 1);
  if (mprotect(guard, 4096, PROT_READ | PROT_WRITE) == 0) memset(guard, 0, 4096);
}
