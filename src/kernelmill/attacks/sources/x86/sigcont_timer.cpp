// Arms a timer that sends SIGCONT to the stopped process.
// class: off the clock
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CHEATED
// off: filter
// wins: effect
#include "attack.h"
#include <signal.h>
#include <time.h>
RELU {
  honest_relu(x, y, N);
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL, event.sigev_signo = SIGCONT;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) got();
}
