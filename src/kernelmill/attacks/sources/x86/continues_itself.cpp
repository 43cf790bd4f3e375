// Sends SIGCONT to itself from a thread, so that a stop does not last.
// class: off the clock
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <signal.h>
RELU {
  honest_relu(x, y, N);
  if (kill(getpid(), SIGCONT) == 0) got();
}
