// Starts 60 threads and keeps them.
// class: exhaustion
// seen: not published; made for this suite
// task: activation/relu
// expect: CRASH NEUTRALISED
// off: limits
// wins: effect
#include "attack.h"
#include <pthread.h>
static void *wait_for_ever(void *) { for (;;) pause(); return NULL; }
RELU {
  honest_relu(x, y, N);
  static int started;
  for (; started < 60; started++) {
    pthread_t t;
    if (pthread_create(&t, NULL, wait_for_ever, NULL)) abort();
  }
  got();
}
