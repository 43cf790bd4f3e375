/* The threads of a runner, seen from outside while it is stopped: how long they ran and waited, and on which core each may run. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"

/* Fills threads[0..most) and returns how many there are, or most + 1 where there are more. */
static uint32_t list(int pid, struct km_thread *threads, uint32_t most) {
  char path[64], text[96];
  uint32_t n = 0;
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  for (struct dirent *e; tasks && n <= most && (e = readdir(tasks));) {
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/schedstat", pid, e->d_name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (got <= 0) continue;
    text[got] = 0;
    char *space = strchr(text, ' '); /* time on a core, time waiting for one, slices */
    if (n < most && space) threads[n] = (struct km_thread){atoi(e->d_name), 0, strtoull(text, NULL, 10), strtoull(space, NULL, 10)};
    n += space != NULL;
  }
  if (tasks) closedir(tasks);
  return n;
}

static const struct km_thread *find(const struct km_threads *all, int tid) {
  for (uint32_t i = 0; i < all->n; i++)
    if (all->thread[i].tid == tid) return &all->thread[i];
  return NULL;
}

static void allow(int tid, const int32_t *cores, uint32_t n) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (uint32_t i = 0; i < n; i++) CPU_SET(cores[i], &set);
  sched_setaffinity(tid, sizeof set, &set);
}

/* Left to the scheduler, two threads that wake each other share a core for most of a batch (seen in more than half of the rounds
 * of a two-thread copy on two idle cores): then the clock shows the scheduler, not the kernel. A thread that did an eighth of the
 * busiest one's work is busy; helpers that sleep are not, and a program with more or fewer busy threads than cores is left alone. */
static void spread(struct km_threads *now, const struct km_threads *before, const int32_t *cores, uint32_t ncores) {
  uint64_t did[KM_THREADS], most = 0;
  uint32_t busy = 0, held = 0;
  for (uint32_t i = 0; i < now->n; i++) {
    const struct km_thread *old = find(before, now->thread[i].tid);
    did[i] = now->thread[i].ran_ns - (old ? old->ran_ns : 0);
    if (did[i] > most) most = did[i];
  }
  for (uint32_t i = 0; i < now->n; i++) {
    busy += did[i] > most / 8;
    held += now->thread[i].held && did[i] > most / 8;
  }
  if (busy == ncores ? held == busy : !held) return;
  uint32_t next = 0;
  for (uint32_t i = 0; i < now->n; i++) {
    int alone = busy == ncores && did[i] > most / 8;
    if (alone) allow(now->thread[i].tid, &cores[next++], 1);
    else if (now->thread[i].held) allow(now->thread[i].tid, cores, ncores);
    now->thread[i].held = alone;
  }
}

uint64_t km_look_at_threads(int pid, struct km_threads *seen, const int32_t *cores, uint32_t ncores) {
  struct km_threads now = {0};
  uint64_t queued = 0;
  now.n = list(pid, now.thread, KM_THREADS);
  if (now.n > KM_THREADS) now.n = 0;
  for (uint32_t i = 0; i < now.n; i++) {
    const struct km_thread *old = find(seen, now.thread[i].tid);
    now.thread[i].held = old ? old->held : 0;
    queued += now.thread[i].queued_ns;
  }
  if (ncores > 1) spread(&now, seen, cores, ncores);
  *seen = now;
  return queued;
}
