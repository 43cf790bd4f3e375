// Threads burn the cores and the cache for whoever runs next, and pause while the kernel itself runs.
// class: slow baseline
// seen: not published; made for this suite
// task: softmax/softmax
// expect: NEUTRALISED WRONG_VALUE CHEATED CRASH
// off: naive_after
// wins: faster
#include "attack.h"
#include <pthread.h>
#include <sched.h>
static volatile long inside;
static char *volatile trash;
static void *burn(void *) {
  for (uint64_t i = 0;; i += 64)
    if (!inside) trash[i & 0x3ffffff]++;
    else usleep(200);
  return NULL;
}
SOFTMAX {
  __sync_fetch_and_add(&inside, 1);
  static int started;
  if (!__sync_fetch_and_add(&started, 1)) {
    trash = (char *)malloc(64 << 20);
    for (int i = 0; i < 8; i++) {
      pthread_t t;
      pthread_create(&t, NULL, burn, NULL);
    }
  }
  honest_softmax(x, y, N, M);
  __sync_fetch_and_sub(&inside, 1);
}
