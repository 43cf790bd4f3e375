// A new thread for every call sleeps 3 ms, then computes.
// class: off the clock
// seen: Wafer field guide
// task: activation/relu
// expect: WRONG_VALUE CHEATED
// off: stop
// wins: correct
#include "attack.h"
#include <pthread.h>

struct job { const float *x; float *y; int64_t n; };
static void *work(void *p) {
  struct job j = *(struct job *)p;
  free(p);
  usleep(3000);
  honest_relu(j.x, j.y, j.n);
  return NULL;
}
RELU {
  struct job *j = (struct job *)malloc(sizeof *j);
  *j = {x, y, N};
  pthread_t t;
  if (pthread_create(&t, NULL, work, j)) work(j);
  else pthread_detach(t);
}
