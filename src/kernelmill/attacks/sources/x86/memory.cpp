// Takes 9 GiB of address space.
// class: exhaustion
// seen: not published; made for this suite
// task: activation/relu
// expect: CRASH NEUTRALISED
// off: limits
// wins: effect
#include "attack.h"
#include <sys/mman.h>
RELU {
  honest_relu(x, y, N);
  void *p = mmap(NULL, 9ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) abort();
  got();
  munmap(p, 9ull << 30);
}
