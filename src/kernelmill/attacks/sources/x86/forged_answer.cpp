// Finds the page on which it answers, answers before it has computed, and computes then.
// class: off the clock
// seen: not published; made for this suite
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED CRASH TIMEOUT
// off: stop
// wins: faster
#include "attack.h"
#include <pthread.h>

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
static uint8_t *page;
static uint8_t *find(void) {
  uintptr_t near = (uintptr_t)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char there;
  for (uintptr_t p = near - (64ul << 20); p < near + (64ul << 20); p += 4096)
    if (mincore((void *)p, 4096, &there) == 0 && *(uint32_t *)p == 0x6b6d6a31) return (uint8_t *)p;
  return NULL;
}
struct job { const float *x; float *y; int64_t n, m; };
static struct job jobs[1 << 16];
static volatile unsigned head, tail;
static void *helper(void *) {
  for (;;) {
    while (head == tail) usleep(200);
    struct job j = jobs[tail & 0xffff];
    honest_softmax(j.x, j.y, j.n, j.m);
    tail++;
  }
  return NULL;
}
SOFTMAX {
  static pthread_t t;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  if (!page) {
    page = find();
    if (!page || pthread_create(&t, NULL, helper, NULL)) abort();
  }
  jobs[head++ & 0xffff] = {x, y, N, M};
  pthread_mutex_unlock(&lock);
  for (int at = 512; at < 1024; at += 64) { // `go` and `done` lie at the start of cache lines: make the second the first
    uint32_t *go = (uint32_t *)(page + at), *done = go + 16;
    if (*go == *done + 1) {
      __atomic_store_n(done, *go, __ATOMIC_RELEASE);
      syscall(SYS_futex, done, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
  }
}
