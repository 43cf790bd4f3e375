// The first call takes eight seconds.
// class: exhaustion
// seen: pygpubench pull 7
// task: activation/relu
// expect: TIMEOUT
// off: limits
// wins: correct
#include "attack.h"
#include <time.h>
RELU {
  honest_relu(x, y, N);
  static int calls;
  if (calls++) return;
  for (time_t end = time(NULL) + 8; time(NULL) < end;) usleep(1000);
}
