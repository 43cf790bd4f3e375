// Changes the scheduling of everything that shares its process.
// class: slow baseline
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CHEATED
// off: filter
// wins: effect
#include "attack.h"
#include <sys/resource.h>
RELU {
  honest_relu(x, y, N);
  setpriority(PRIO_PROCESS, 0, 19);
  if (getpriority(PRIO_PROCESS, 0) == 19) got();
}
