// Starts another program with LD_PRELOAD set.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: sandbox
// wins: effect
#include "attack.h"
#include <spawn.h>
#include <sys/wait.h>
RELU {
  honest_relu(x, y, N);
  char *argv[] = {(char *)"true", NULL}, *env[] = {(char *)"LD_PRELOAD=/tmp/other.so", NULL};
  pid_t child;
  int status = 1;
  if (posix_spawn(&child, "/usr/bin/true", NULL, NULL, argv, env) == 0 && waitpid(child, &status, 0) == child && status == 0) got();
}
