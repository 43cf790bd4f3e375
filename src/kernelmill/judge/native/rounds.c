/* The timed part of a restart: every round new inputs, every arm once in random order, all outputs compared.
 *
 * Between the windows every runner is stopped, so all cores are free for filling and comparing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include "judge.h"

/* Kernels that count CPU time by ticks charge a whole tick (4 ms at 250 Hz) to whoever is there when it comes: one or two are no work. */
#define KM_OUTSIDE_NS 9000000
#include "random.h"

enum { MAX_ARMS = 8, MAX_HELPERS = 8 };

struct job {
  const struct km_race *race;
  uint64_t seed, poison;
  uint32_t first_set, step, round;
  void (*work)(struct job *);
  struct km_finding found;
};

static uint64_t seed_of(uint64_t seed, uint64_t set, uint64_t tensor) { return km_mix(seed ^ km_mix(set * 64 + tensor + 1)); }

void km_original(void *to, uint64_t count, const struct km_fill *how, uint64_t seed, uint32_t set, uint32_t tensor) {
  km_fill(to, count, how, seed_of(seed, set, tensor));
}

static const struct km_place *place_of(const struct km_race *r, uint32_t set, uint32_t tensor) {
  return &r->places[(uint64_t)set * r->ntensors + tensor];
}

static const uint8_t size_of[] = {8, 4, 2, 2, 1, 1, 8, 4, 1, 1, 1};

/* About 4096 poisoned elements per batch: enough to see a store that never happened, too few to warm a cache. */
static uint32_t poisoned_places(const struct km_race *r) {
  uint32_t n = 4096 / (r->nsets * r->ntensors);
  return n < 4 ? 4 : n > 64 ? 64 : n;
}

static void refill(struct job *j) {
  const struct km_race *r = j->race;
  for (uint32_t s = j->first_set; s < r->nsets; s += j->step)
    for (uint32_t t = 0; t < r->ntensors; t++) {
      const struct km_place *p = place_of(r, s, t);
      int same = !!(r->off & KM_SAME_INPUTS);
      uint64_t seed = seed_of(j->seed, same ? 0 : s, t);
      for (uint32_t a = 0; same && !j->round && r->roles[t] == 1 && a < r->narms; a++) memset(r->arms[a].outputs + p->file, 0, p->bytes);
      if (same && (j->round ? r->roles[t] < 2 : r->roles[t] == 1)) continue;
      if (r->roles[t] == 0) {
        if (j->round && r->fills[t].draw == KM_KEEP) continue; /* nobody can have changed it */
        km_fill(r->inputs + p->file, p->bytes / size_of[r->fills[t].dtype], &r->fills[t], seed);
        continue;
      }
      for (uint32_t a = 0; a < r->narms; a++) {
        uint8_t *at = r->arms[a].outputs + p->file;
        if (r->roles[t] == 1)
          km_poison_some(at, p->bytes / size_of[r->rules[t].dtype], r->rules[t].dtype, j->poison + a, poisoned_places(r), seed + a);
        else if (a == 0)
          km_fill(at, p->bytes / size_of[r->fills[t].dtype], &r->fills[t], seed);
        else
          memcpy(at, r->arms[0].outputs + p->file, p->bytes);
      }
    }
}

static void compare(struct job *j) {
  const struct km_race *r = j->race;
  for (uint32_t s = j->first_set; s < r->nsets && !j->found.trouble; s += j->step)
    for (uint32_t t = 0; t < r->ntensors && !j->found.trouble; t++) {
      if (r->roles[t] == 0) continue;
      const struct km_place *p = place_of(r, s, t);
      for (uint32_t a = 1; a < r->narms; a++) {
        struct km_rule rule = r->rules[t];
        struct km_difference d;
        if (r->arms[a].unlike > 1 || (r->arms[a].unlike && r->roles[t] == 2)) continue;
        rule.skip |= r->arms[a].unlike;
        km_compare(r->arms[a].outputs + p->file, r->arms[0].outputs + p->file, p->bytes / size_of[rule.dtype], &rule, NULL,
                   j->poison + a, &d);
        if (!d.wrong && !d.poison) continue;
        j->found = (struct km_finding){.trouble = d.poison ? KM_POISON : KM_WRONG, .arm = (int)a, .set = (int)s, .tensor = (int)t, .difference = d};
        break;
      }
    }
}

static void *run_job(void *job) {
  ((struct job *)job)->work(job);
  return NULL;
}

/* Splits the sets over this thread and the helpers; helpers run on any core, this one may be pinned. */
static void share(const struct km_race *r, void (*work)(struct job *), uint32_t round, uint64_t seed, uint64_t poison,
                  struct km_finding *f) {
  uint32_t n = r->helpers > MAX_HELPERS ? MAX_HELPERS : r->helpers;
  uint64_t bytes = 0;
  for (uint32_t t = 0; t < r->ntensors; t++) bytes += place_of(r, 0, t)->bytes;
  if (bytes * r->nsets < 1 << 20 || r->nsets < 2) n = 0;
  struct job jobs[MAX_HELPERS + 1];
  pthread_t threads[MAX_HELPERS];
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  cpu_set_t all;
  CPU_ZERO(&all);
  for (int c = 0; c < CPU_SETSIZE; c++) CPU_SET(c, &all);
  pthread_attr_setaffinity_np(&attributes, sizeof all, &all);
  uint32_t started = 0;
  for (uint32_t i = 0; i <= n; i++) jobs[i] = (struct job){r, seed, poison, i, n + 1, round, work, {0}};
  while (started < n && pthread_create(&threads[started], &attributes, run_job, &jobs[started + 1]) == 0) started++;
  work(&jobs[0]);
  for (uint32_t i = started; i < n; i++) work(&jobs[i + 1]);
  for (uint32_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_attr_destroy(&attributes);
  for (uint32_t i = 0; i <= n && f && !f->trouble; i++) *f = jobs[i].found;
}

static void shuffle(uint32_t *v, uint32_t n, uint64_t *state) {
  for (uint32_t i = n; i > 1; i--) {
    uint32_t j = (uint32_t)((km_next(state) >> 32) * i >> 32), t = v[i - 1];
    v[i - 1] = v[j], v[j] = t;
  }
}

/* Words of the results as they lay when the clock ended. Their places are drawn after the answer, so a result that is
 * only computed while it is copied out has none of them right. */
enum { WORDS = 8, AT_ONCE = 512 };

struct word {
  uint64_t value, file;
  uint32_t bytes, set, tensor;
};

static uint32_t look(const struct km_race *r, const struct km_arm *arm, uint64_t *state, struct word *words) {
  struct iovec local[AT_ONCE], remote[AT_ONCE];
  uint32_t n = 0, sent = 0, outputs = 0;
  for (uint32_t t = 0; t < r->ntensors; t++) outputs += r->roles[t] != 0;
  for (uint32_t s = 0; s < r->nsets; s++)
    for (uint32_t t = 0, k = 0; t < r->ntensors; t++) {
      if (r->roles[t] == 0) continue;
      uint64_t at = arm->results[(uint64_t)s * outputs + k++], bytes = place_of(r, s, t)->bytes;
      for (uint32_t i = 0; i < WORDS && bytes; i++) {
        uint32_t size = bytes < 8 ? (uint32_t)bytes : 8;
        uint64_t off = bytes < 8 ? 0 : (km_next(state) % (bytes / 8)) * 8;
        words[n] = (struct word){0, place_of(r, s, t)->file + off, size, s, t};
        local[n - sent] = (struct iovec){&words[n].value, size};
        remote[n - sent] = (struct iovec){(void *)(at + off), size};
        if (++n - sent < AT_ONCE) continue;
        if (process_vm_readv(arm->runner->pid, local, n - sent, remote, n - sent, 0) < 0 && errno == EPERM) return 0;
        sent = n;
      }
    }
  if (n > sent && process_vm_readv(arm->runner->pid, local, n - sent, remote, n - sent, 0) < 0 && errno == EPERM) return 0;
  return n;
}

static int changed(const struct km_arm *arm, const struct word *words, uint32_t n, struct km_finding *f) {
  for (uint32_t i = 0; i < n; i++) {
    if (memcmp(&words[i].value, arm->outputs + words[i].file, words[i].bytes) == 0) continue;
    f->trouble = KM_CHANGED, f->set = (int)words[i].set, f->tensor = (int)words[i].tensor;
    return 1;
  }
  return 0;
}

/* What the judge knows of an arm's process. */
struct watch {
  uint64_t queued;
  struct km_threads threads;
};

static uint64_t watched(const struct km_race *r, uint32_t a, struct watch *w, int spread) {
  uint64_t before = w->queued;
  w->queued = km_look_at_threads(r->arms[a].runner->pid, &w->threads, r->cores, spread ? r->ncores : 0);
  return w->queued - before;
}

/* Brings what an arm will read and write into the caches of the cores that it shares with this thread. It stays stopped meanwhile, and the
 * contents are as new as in every batch: there is nothing to remember. */
static void touch(const struct km_race *r, uint32_t a) {
  for (uint32_t s = 0; s < r->nsets; s++)
    for (uint32_t t = 0; t < r->ntensors; t++) {
      const struct km_place *p = place_of(r, s, t);
      const volatile uint8_t *at = (r->roles[t] ? r->arms[a].outputs : r->inputs) + p->file;
      for (uint64_t i = 0; i < p->bytes; i += 64) (void)at[i];
    }
}

/* What judges without a stop do: outputs are read some time after the answer, here once nobody computes any more. */
static void at_leisure(const struct km_race *r) {
  struct timespec pause = {0, 10000000};
  uint64_t before = 0;
  for (int i = 0; r->off & KM_RUNNING && i < 10; i++) {
    uint64_t cpu = 0;
    for (uint32_t a = 0; a < r->narms; a++) cpu += km_cpu(r->arms[a].runner->pid);
    if (i > 1 && cpu < before + 200000) break;
    before = cpu;
    nanosleep(&pause, NULL);
  }
}

static int one_arm(const struct km_race *r, uint32_t a, struct watch *watch, const uint32_t *order, int warm, struct km_sample *sample,
                   struct km_finding *f) {
  struct km_arm *arm = &r->arms[a];
  struct km_window w;
  f->arm = (int)a;
  if (r->touch) touch(r, a);
  f->end = km_window(arm->runner, KM_CALL, order, r->nsets, r->timeout_ns, &w);
  if (f->end) return f->trouble = KM_ENDED, f->set = w.progress < r->nsets ? (int)order[w.progress] : -1, -1;
  *sample = (struct km_sample){w.wall_ns, w.cpu_ns, w.outside_ns, (int64_t)watched(r, a, watch, 1)};
  int blind = !!(r->off & KM_RUNNING);
  if (!warm && !blind && w.outside_ns > KM_OUTSIDE_NS && w.outside_ns > w.cpu_ns / 100) return f->trouble = KM_OUTSIDE, f->ns = w.outside_ns, -1;
  if (!arm->copy_limit_ns) return 0;
  struct word *words = arm->results ? malloc((size_t)r->nsets * r->ntensors * WORDS * sizeof *words) : NULL;
  uint64_t state = r->seed ^ km_now();
  at_leisure(r);
  uint32_t seen = words && !blind ? look(r, arm, &state, words) : 0;
  f->end = km_window(arm->runner, KM_COPY, NULL, 0, r->timeout_ns, &w);
  int other = !f->end && changed(arm, words, seen, f);
  free(words);
  if (f->end) return f->trouble = KM_ENDED, f->set = -1, -1;
  if (other) return -1;
  watched(r, a, watch, 0); /* copying is one thread's work */
  if (!warm && !blind && (uint64_t)w.cpu_ns > arm->copy_limit_ns) return f->trouble = KM_COPYING, f->ns = w.cpu_ns, -1;
  return 0;
}

/* Whether a restart has its rounds. Their best times count: a disturbed round, or one in which an allocator still grows, is no reason to
 * end early. What was spent bounds it all the same. */
static int enough(const struct km_race *r, uint32_t done, const uint64_t *best, uint64_t spent) {
  if (done < r->least_rounds) return spent > 4 * r->budget_ns;
  uint64_t useful = 0;
  for (uint32_t a = 0; done && a < r->narms; a++) useful += done * best[a];
  return useful > r->budget_ns || spent > 6 * r->budget_ns;
}

int km_run_race(const struct km_race *r, struct km_sample *samples, struct km_finding *f) {
  memset(f, 0, sizeof *f);
  uint64_t state = r->seed;
  uint32_t *order = malloc(r->nsets * sizeof *order), arms[MAX_ARMS], done = 0;
  uint64_t spent = 0, best[MAX_ARMS];
  memset(best, 0xff, sizeof best);
  struct watch watch[MAX_ARMS] = {0};
  struct km_sample sample = {0, 0, 0, 0};
  if (!order || r->narms > MAX_ARMS) return free(order), -1;
  uint64_t places = (uint64_t)r->nsets * r->ntensors, canaries = km_next(&state);
  for (uint32_t a = 0; a < r->narms; a++) {
    arms[a] = a;
    km_canaries(r->arms[a].outputs, r->places, places, KM_OUTPUTS, canaries);
    watched(r, a, &watch[a], 0);
    if (!(r->off & KM_RUNNING) && km_stop(r->arms[a].runner)) *f = (struct km_finding){.trouble = KM_ENDED, .arm = (int)a, .set = -1, .end = KM_DIED};
  }
  for (uint32_t s = 0; s < r->nsets; s++) order[s] = s;
  uint64_t last = 0;
  for (uint32_t round = 0; round <= r->rounds && !f->trouble && !enough(r, done, best, spent); round++) {
    uint64_t seed = km_next(&state), poison = km_new_poison(km_next(&state));
    f->round = (int)round, last = seed;
    share(r, refill, round, seed, poison, NULL);
    at_leisure(r);
    shuffle(arms, r->narms, &state);
    shuffle(order, r->nsets, &state);
    for (uint32_t i = 0; i < r->narms && !f->trouble; i++) {
      one_arm(r, arms[i], &watch[arms[i]], order, round == 0, &sample, f);
      if (!round) continue;
      samples[(round - 1) * r->narms + arms[i]] = sample, spent += (uint64_t)sample.wall_ns;
      if ((uint64_t)sample.wall_ns < best[arms[i]]) best[arms[i]] = (uint64_t)sample.wall_ns;
    }
    at_leisure(r);
    if (!f->trouble && !(r->off & KM_UNCOMPARED)) share(r, compare, round, seed, poison, f);
    f->round = (int)round;
    if (!f->trouble && round) done = round;
  }
  for (uint32_t a = 0; a < r->narms && !f->trouble; a++) {
    int64_t at = km_check_canaries(r->arms[a].outputs, r->places, places, KM_OUTPUTS, canaries);
    if (at >= 0)
      *f = (struct km_finding){.trouble = KM_CANARY, .arm = (int)a, .round = (int)done, .set = (int)(at / r->ntensors), .tensor = (int)(at % r->ntensors)};
  }
  f->seed = last;
  free(order);
  return (int)done;
}
