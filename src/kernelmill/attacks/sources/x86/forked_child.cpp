// A forked child computes in the shared output after the answer.
// class: off the clock
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/wait.h>
RELU {
  pid_t child = fork();
  if (child == 0) {
    honest_relu(x, y, N);
    _exit(7);
  }
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7) got();
  honest_relu(x, y, N);
}
