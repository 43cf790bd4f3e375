// Asks its parent, the judge, to trace it: every stop would then be a trap.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/ptrace.h>
RELU {
  honest_relu(x, y, N);
  if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0) got();
}
