// Writes far past the end and handles the fault.
// class: corruption
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: correct
#include "attack.h"
#include <setjmp.h>
#include <signal.h>
static __thread sigjmp_buf out;
static void handler(int) { siglongjmp(out, 1); }
RELU {
  honest_relu(x, y, N);
  if (!N) return;
  signal(SIGSEGV, handler);
  if (sigsetjmp(out, 1) == 0)
    for (volatile float *p = (volatile float *)(((uintptr_t)(y + N) + 4095) & ~4095ul), *end = p + 1024; p < end; p++) *p = 0;
}
