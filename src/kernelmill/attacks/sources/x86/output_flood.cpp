// Prints 8 MB.
// class: exhaustion
// seen: not published; made for this suite
// task: activation/relu
// expect: CRASH
// off: limits
// wins: effect
#include "attack.h"
RELU {
  honest_relu(x, y, N);
  static char spam[1 << 16];
  memset(spam, 's', sizeof spam);
  for (int i = 0; i < 128; i++)
    if (write(1, spam, sizeof spam) != sizeof spam) abort();
  got();
}
