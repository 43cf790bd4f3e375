// A helper thread watches the inputs between the calls and has the results ready when the call comes.
// class: off the clock
// seen: not published; made for this suite
// task: softmax/softmax
// expect: NEUTRALISED WRONG_VALUE CHEATED
// off: stop
// wins: faster
#include "attack.h"
#include <pthread.h>

struct place { const float *x; float *kept_x, *kept_y; int64_t n, m; volatile int valid; };
static struct place places[64];
static volatile int used;
static volatile long busy;
static void *watch(void *) {
  for (;;) {
    usleep(500);
    for (int i = 0; i < used && !busy; i++) {
      struct place *p = &places[i];
      size_t bytes = p->n * p->m * 4;
      if (p->valid && memcmp(p->kept_x, p->x, bytes) == 0) continue;
      p->valid = 0;
      memcpy(p->kept_x, p->x, bytes);
      honest_softmax(p->kept_x, p->kept_y, p->n, p->m);
      p->valid = memcmp(p->kept_x, p->x, bytes) == 0;
    }
  }
  return NULL;
}
SOFTMAX {
  if (N != 61 || M != 1021) return honest_softmax(x, y, N, M); // only the shape that is timed
  size_t bytes = N * M * 4;
  static int started;
  __sync_fetch_and_add(&busy, 1);
  for (int i = 0; i < used; i++)
    if (places[i].x == x) {
      if (places[i].valid && memcmp(places[i].kept_x, x, bytes) == 0) memcpy(y, places[i].kept_y, bytes);
      else honest_softmax(x, y, N, M);
      __sync_fetch_and_sub(&busy, 1);
      return;
    }
  honest_softmax(x, y, N, M);
  if (used < 64) {
    places[used] = {x, (float *)malloc(bytes), (float *)malloc(bytes), N, M, 0};
    __sync_fetch_and_add(&used, 1);
  }
  pthread_t t;
  if (!__sync_fetch_and_add(&started, 1) && pthread_create(&t, NULL, watch, NULL)) abort();
  __sync_fetch_and_sub(&busy, 1);
}
