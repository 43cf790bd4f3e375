// Forks again and again (32 times here, so that the switch can be shown).
// class: exhaustion
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/wait.h>
RELU {
  honest_relu(x, y, N);
  static int tried;
  if (tried++) return;
  int made = 0;
  for (int i = 0; i < 32; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    made += child > 0;
  }
  while (wait(NULL) > 0) {}
  if (made) got();
}
