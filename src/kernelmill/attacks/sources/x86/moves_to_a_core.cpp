// Chooses the core on which everything in its process runs.
// class: slow baseline
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CHEATED
// off: filter
// wins: effect
#include "attack.h"
#include <sched.h>
RELU {
  honest_relu(x, y, N);
  cpu_set_t one, now;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  if (sched_getaffinity(0, sizeof now, &now) == 0 && CPU_COUNT(&now) == 1) got();
}
