// Opens /proc/self/mem for writing, which ignores page protections.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CHEATED
// off: sandbox
// wins: effect
#include "attack.h"
#include <fcntl.h>
static const volatile char constant[8] = "judge";
RELU {
  honest_relu(x, y, N);
  int f = open("/proc/self/mem", O_RDWR);
  if (f >= 0 && pwrite(f, "kernel", 6, (off_t)(uintptr_t)constant) == 6 && constant[0] == 'k') got();
  if (f >= 0) close(f);
}
