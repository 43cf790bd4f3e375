/* The process that a candidate lives in: map the arena, give up every right, load the candidate, answer requests.
 *
 * runner CONTROL INPUTS OUTPUTS LIFELINE LIBRARY N NEEDED*N [READABLE...]     (four descriptors, then -1 or a descriptor)
 * It keeps no time, holds no expected value and decides nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "attach.h"
#include "confine.h"
#include "control.h"
#include "invoke.h"
#include "map.h"

static struct km_control *control;

static _Noreturn void fail(const char *what, const char *why) {
  control->error = errno;
  snprintf(control->message, sizeof control->message, "%s: %s", what, why ? why : strerror(errno));
  km_put(&control->state, KM_FAILED);
  km_wake(&control->state);
  _exit(3);
}

static uint8_t *map_arena(uint64_t *bytes, int inputs, int outputs) {
  uint8_t *base = km_map_arena(control, inputs, outputs, bytes);
  if (!base) fail("map the arena", NULL);
  return base;
}

static int64_t workspace_bytes(void *library) {
  char name[160];
  snprintf(name, sizeof name, "%s_workspace", control->symbol);
  km_entry size_of = (km_entry)dlsym(library, name);
  if (!size_of) fail(name, "the entry asks for a workspace, but this function is not exported");
  int64_t most = 0;
  const uint64_t *slots = (const void *)((uint8_t *)control + control->slots_at);
  for (uint32_t s = 0; s < control->nsets; s++, slots += control->nargs) {
    struct km_arguments axes = {0};
    for (uint32_t a = 0; a < control->nargs; a++)
      if (control->kinds[a] == KM_AXIS) km_pass_integer(&axes, (int64_t)slots[a]);
    int64_t bytes = ((int64_t(*)(KM_REGISTERS))(void *)size_of)(KM_EXPAND(axes));
    if (bytes < 0) fail(name, "negative size");
    if (bytes > most) most = bytes;
  }
  return most;
}

/* Ends at an inaccessible page, like every other buffer. */
static void *make_workspace(int64_t bytes) {
  uint64_t whole = ((uint64_t)bytes + 63) / 64 * 64, pages = (whole + 4095) / 4096 * 4096 + 4096;
  uint8_t *p = mmap(NULL, pages + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED || mprotect(p, pages, PROT_READ | PROT_WRITE)) fail("allocate the workspace", NULL);
  return p + pages - whole;
}

static struct km_arguments *prepare(const uint8_t *base, void *workspace) {
  const uint64_t *slots = (const void *)((uint8_t *)control + control->slots_at);
  struct km_arguments *sets = calloc(control->nsets, sizeof *sets);
  if (!sets) fail("prepare the arguments", NULL);
  for (uint32_t s = 0; s < control->nsets; s++, slots += control->nargs)
    for (uint32_t a = 0; a < control->nargs; a++) switch (control->kinds[a]) {
        case KM_POINTER: km_pass_integer(&sets[s], (int64_t)(base + slots[a])); break;
        case KM_WORKSPACE: km_pass_integer(&sets[s], (int64_t)workspace); break;
        case KM_DOUBLE: km_pass_double(&sets[s], slots[a]); break;
        default: km_pass_integer(&sets[s], (int64_t)slots[a]);
      }
  return sets;
}

struct pair {
  km_entry entry;
  const struct km_arguments *arguments;
  uint32_t *gate;
};

static void *second(void *p) {
  struct pair *pair = p;
  __atomic_add_fetch(pair->gate, 1, __ATOMIC_ACQ_REL);
  while (km_get(pair->gate) < 2) sched_yield();
  km_invoke(pair->entry, pair->arguments);
  return NULL;
}

static void call_pair(km_entry entry, const struct km_arguments *a, const struct km_arguments *b) {
  uint32_t gate = 0;
  struct pair other = {entry, b, &gate}, mine = {entry, a, &gate};
  pthread_t thread;
  if (pthread_create(&thread, NULL, second, &other)) fail("start a second thread", NULL);
  second(&mine);
  pthread_join(thread, NULL);
}

static _Noreturn void serve(km_entry entry, const struct km_arguments *sets, const struct km_arguments *other) {
  const uint32_t *order = (const void *)((uint8_t *)control + control->order_at);
  const uint32_t nsets = control->nsets;
  uint32_t seen = 0; /* not control->go: a request may be there before this line runs */
  for (;;) {
    while (km_get(&control->go) == seen) km_wait_word(&control->go, seen, 0);
    seen = km_get(&control->go);
    uint32_t count = control->count;
    switch (control->request) {
      case KM_CALL:
        for (uint32_t i = 0; i < count; i++) {
          control->progress = i;
          if (order[i] < nsets) km_invoke(entry, &sets[order[i]]);
        }
        break;
      case KM_PAIR: call_pair(entry, &sets[order[0] % nsets], &other[order[1] % nsets]); break;
      case KM_QUIT: _exit(0);
      default: break; /* KM_COPY: results are in place already */
    }
    km_put(&control->done, seen);
    km_wake(&control->done);
  }
}

/* As pid 1 of a namespace a process ignores SIGABRT unless it handles it. */
static void on_abort(int signal) { _exit(128 + signal); }

/* Diagnosis only: note the number, then die of the same cause as without KM_FLAG_TRAP. */
static void on_violation(int signal, siginfo_t *info, void *context) {
  (void)context;
  control->violation = info->si_syscall;
  _exit(128 + signal);
}

int main(int argc, char **argv) {
  int needed = argc < 7 ? -1 : atoi(argv[6]);
  if (needed < 0 || needed > argc - 7) return 2;
  int fd[5];
  for (int i = 0; i < 5; i++) fd[i] = atoi(argv[i + 1]);
  control = mmap(NULL, KM_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd[0], 0);
  if (control == MAP_FAILED || control->magic != KM_MAGIC) return 2;
  uint64_t all = control->control_bytes;
  munmap(control, KM_HEADER_BYTES);
  control = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, fd[0], 0);
  if (control == MAP_FAILED) return 2;
  km_attach(&control->state, KM_ATTACHED, KM_ADMITTED, fd[3]);

  uint64_t bytes;
  uint8_t *base = map_arena(&bytes, fd[1], fd[2]);
  control->base = (uint64_t)base;
  for (int i = 3; i < 64; i++)
    if (i != fd[4]) close(i); /* nothing inherited outlives this line */

  struct sigaction abort_action = {.sa_handler = on_abort};
  sigaction(SIGABRT, &abort_action, NULL);
  uint32_t flags = control->flags;
  if (flags & KM_FLAG_TRAP) {
    struct sigaction trap = {.sa_sigaction = on_violation, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &trap, NULL);
  }
  struct km_limits limits = {control->limit_memory ? control->limit_memory + bytes : 0, control->limit_cpu_s,
                             control->limit_tasks, control->limit_file};
  if (km_confine_limits(&limits)) fail("set the limits", NULL);
  const char *const nothing[] = {NULL};
  if (flags & KM_FLAG_LANDLOCK && km_confine_files((const char *const *)argv + 7 + needed, nothing)) fail("landlock", NULL);
  /* pthread_exit loads it when first called; a thread pool may do so long after files are out of reach, and would abort */
  dlopen("libgcc_s.so.1", RTLD_NOW);
  /* What the candidate needs is there before it, so that nothing but itself is opened while its constructors run. The kernel may lack
   * landlock at level 3: then the judge looks at what was mapped. */
  for (int i = 0; i < needed; i++) dlopen(argv[7 + i], RTLD_NOW | RTLD_GLOBAL);
  const char *const own[] = {fd[4] < 0 ? (char *)control->library : NULL, NULL}; /* behind a descriptor it needs no rule, and can have none */
  if (flags & KM_FLAG_SECCOMP && !(flags & KM_FLAG_KEEP_FILES) && km_confine_files(own, nothing) && flags & KM_FLAG_LANDLOCK)
    fail("landlock", NULL);
  if (flags & KM_FLAG_SECCOMP && km_confine_calls(KM_ROLE_RUNNER, (uint64_t)base, bytes, !!(flags & KM_FLAG_TRAP)))
    fail("seccomp", NULL);

  void *library = dlopen((char *)control->library, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail("load the candidate", dlerror());
  if (fd[4] >= 0) close(fd[4]);
  km_entry entry = (km_entry)dlsym(library, control->symbol);
  if (!entry) fail(control->symbol, "not exported by the candidate");
  void *first_space = NULL, *second_space = NULL;
  for (uint32_t a = 0; a < control->nargs; a++)
    if (control->kinds[a] == KM_WORKSPACE) {
      int64_t need = workspace_bytes(library);
      first_space = make_workspace(need), second_space = make_workspace(need);
    }
  const struct km_arguments *sets = prepare(base, first_space);
  const struct km_arguments *other = first_space ? prepare(base, second_space) : sets;
  if (flags & KM_FLAG_SECCOMP && !(flags & KM_FLAG_KEEP_FILES) && km_confine_opens(!!(flags & KM_FLAG_TRAP))) fail("seccomp", NULL);

  km_put(&control->state, KM_READY);
  km_wake(&control->state);
  serve(entry, sets, other);
}
