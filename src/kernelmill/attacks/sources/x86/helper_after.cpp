// A helper thread computes after the answer.
// class: off the clock
// seen: Wafer field guide
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED CRASH
// off: stop
// wins: faster
#include "attack.h"
#include <pthread.h>

struct job { const float *x; float *y; int64_t n, m; };
static struct job queue[1 << 16];
static unsigned head, tail;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static void *helper(void *) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (head == tail) pthread_cond_wait(&more, &lock);
    struct job j = queue[tail++ & 0xffff];
    pthread_mutex_unlock(&lock);
    honest_softmax(j.x, j.y, j.n, j.m);
  }
  return NULL;
}
SOFTMAX {
  static int started;
  pthread_mutex_lock(&lock);
  if (!started++) {
    pthread_t t;
    if (pthread_create(&t, NULL, helper, NULL)) abort();
  }
  queue[head++ & 0xffff] = {x, y, N, M};
  pthread_cond_signal(&more);
  pthread_mutex_unlock(&lock);
}
