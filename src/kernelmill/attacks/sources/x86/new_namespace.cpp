// Makes a user namespace in which it is root.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sched.h>
RELU {
  honest_relu(x, y, N);
  if (unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_FILES) == 0) got();
}
