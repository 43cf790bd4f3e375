/* The judge's side. Called from Python through ctypes, which lets go of the interpreter lock for each call. */
#ifndef KM_JUDGE_H
#define KM_JUDGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control.h"

/* ---- process.c: starting, stopping and ending what is hostile ---- */

enum km_end { KM_OK = 0, KM_DIED = 1, KM_TIMEOUT = 2, KM_LOST = 3 };

struct km_runner {
  struct km_control *control;
  int32_t pid;
  int32_t stopped; /* between requests the runner does not run at all */
  int32_t polite;  /* no filter is loaded: it could cancel a stop, so never wait for one without a limit */
  int32_t ended;   /* 0, or 1 once reaped: then code and status tell how */
  int32_t code, status; /* si_code (CLD_EXITED, CLD_KILLED, CLD_DUMPED) and si_status */
  uint64_t cpu_ns; /* its CPU clock when the last window closed */
};

struct km_window {
  int32_t end; /* enum km_end */
  uint32_t progress;
  int32_t violation, pad;
  int64_t wall_ns, cpu_ns, outside_ns; /* outside: CPU time since the window before */
};

int km_subreaper(void);
/* Starts argv with exactly fds[0..n) as its descriptors 0..n-1. uid > 0: drops to it first (root only).
 * Returns the pid or -errno. */
int km_spawn(const char *const *argv, const char *const *envp, const int *fds, int n, int uid);
/* Waits for ATTACHED in `state`. With status_fd >= 0 the process runs below bubblewrap: reads its pid there, ends
 * the outer bubblewrap and so becomes its parent. Then admits it. Returns its pid, -ESRCH when it ended, -ETIMEDOUT. */
int km_adopt(int pid, int status_fd, uint32_t *state, uint64_t timeout_ns);
int km_wait_ready(struct km_runner *r, uint64_t timeout_ns); /* enum km_end; state tells READY or FAILED */
int km_window(struct km_runner *r, uint32_t request, const uint32_t *order, uint32_t count, uint64_t timeout_ns,
              struct km_window *w);
int km_stop(struct km_runner *r);
void km_kill(struct km_runner *r);
/* Waits for the end of a child: 0 and code/status, KM_TIMEOUT when it still runs. */
int km_wait_end(int pid, uint64_t timeout_ns, int *code, int *status);
uint64_t km_now(void);
uint64_t km_cpu(int pid);

/* ---- threads.c: the threads of a stopped runner ---- */

enum { KM_THREADS = 64 };

struct km_thread {
  int32_t tid, held; /* held: kept on one core */
  uint64_t ran_ns, queued_ns;
};

struct km_threads {
  uint32_t n;
  struct km_thread thread[KM_THREADS];
};

/* Returns the ns that its threads were runnable and waited for a core (0 where the kernel does not say), and remembers them in
 * `seen`. With ncores > 1: where exactly so many threads worked since the last look, each gets a core of its own. */
uint64_t km_look_at_threads(int pid, struct km_threads *seen, const int32_t *cores, uint32_t ncores);

/* ---- arena.c: where every buffer lies ---- */

enum km_mode { KM_PACKED = 0, KM_END = 1, KM_START = 2, KM_EXACT = 3 };

struct km_place {
  uint64_t va, file, bytes;      /* offset from the runner's base, offset in the memfd, length of the tensor */
  uint64_t slack_from, slack_to; /* the file range around it that belongs to no tensor: canaries */
  uint32_t region, pad;
};

struct km_plan {
  uint64_t va_bytes, inputs_bytes, outputs_bytes;
  uint32_t nmaps, pad;
};

/* bytes[nsets][ntensors], regions[ntensors], modes[nsets] -> places[nsets][ntensors], maps[<= nsets*ntensors]. */
int km_plan_arena(uint32_t nsets, uint32_t ntensors, const uint64_t *bytes, const uint32_t *regions,
                  const uint32_t *modes, uint64_t seed, struct km_place *places, struct km_map *maps,
                  struct km_plan *plan);
int km_memfd(const char *name, uint64_t bytes); /* its size is sealed */
int km_seal(int fd); /* no new writable mapping; mappings made before stay writable */

/* ---- draw.c: random inputs from a secret seed ---- */

enum km_dtype { KM_F64, KM_F32, KM_F16, KM_BF16, KM_F8E4M3, KM_F8E5M2, KM_I64, KM_I32, KM_I8, KM_U8, KM_BOOL };
enum km_draw {
  KM_NORMAL, KM_UNIFORM, KM_LOGUNIFORM, KM_INTEGERS, KM_ODD, KM_SPARSE, KM_OUTLIERS, KM_CONSTANT, KM_INDEX, KM_BOOLEAN,
  KM_ROTATE, /* `data`, begun at a random element: other content of the same kind */
  KM_KEEP,   /* `data` as it is */
};

struct km_fill {
  uint32_t draw, dtype;
  double a, b;              /* as kernelmill.core.task.Draw says */
  uint32_t both_signs, pad; /* KM_LOGUNIFORM */
  uint64_t length, stride;  /* KM_SPARSE: elements of a line along the axis, distance between two of them */
  const void *data;         /* KM_ROTATE, KM_KEEP: count elements */
};

void km_fill(void *to, uint64_t count, const struct km_fill *how, uint64_t seed);

/* ---- compare.c: outputs against outputs, poison, canaries ---- */

struct km_rule {
  uint32_t dtype, skip;   /* skip: elements may differ (a tie in argmax); poison is still looked for */
  double absolute, relative, share; /* |got - want| <= absolute + relative |want|, but for at most this share */
};

struct km_difference {
  uint64_t wrong, first, worst; /* elements outside the rule, index of the first and of the worst */
  uint64_t poison;              /* elements that still hold the poison */
};

/* `bound`, where not NULL, replaces the rule's tolerance element by element. NaN equals NaN, inf equals inf. */
void km_compare(const void *got, const void *want, uint64_t count, const struct km_rule *rule, const float *bound,
                uint64_t poison, struct km_difference *d);
void km_poison(void *to, uint64_t count, uint32_t dtype, uint64_t poison);
void km_poison_some(void *to, uint64_t count, uint32_t dtype, uint64_t poison, uint32_t places, uint64_t seed);
uint64_t km_count_poison(const void *at, uint64_t count, uint32_t dtype, uint64_t poison);
/* A pattern that no arithmetic makes: a NaN with a payload in every float type, no bool. */
uint64_t km_new_poison(uint64_t seed);
/* Canaries around every place of a region. The check answers the index of the first damaged place, or -1. */
void km_canaries(void *memory, const struct km_place *places, uint64_t n, uint32_t region, uint64_t seed);
int64_t km_check_canaries(const void *memory, const struct km_place *places, uint64_t n, uint32_t region, uint64_t seed);

/* ---- rounds.c: the timed part of a restart ---- */

struct km_arm {
  struct km_runner *runner;
  uint8_t *outputs;
  uint64_t copy_limit_ns; /* > 0: results live elsewhere, ask for a copy after each batch, at most this much CPU */
  const uint64_t *results; /* with it: where the runner says they lie, [nsets][outputs]. A few words of each are read at the
                              answer, while it is stopped, and must be what the copy brings */
  uint32_t unlike, pad;   /* computes something else. 1 (a byte twin): only poison counts; 2 (an FMA arm): nothing */
};

struct km_sample {
  int64_t wall_ns, cpu_ns, outside_ns, queued_ns;
};

enum km_trouble { KM_NOTHING, KM_ENDED, KM_WRONG, KM_POISON, KM_CANARY, KM_OUTSIDE, KM_COPYING, KM_CHANGED };

struct km_finding {
  int32_t trouble, arm, round, set, tensor, end; /* end: enum km_end, for KM_ENDED */
  struct km_difference difference;
  int64_t ns;    /* KM_OUTSIDE, KM_COPYING */
  uint64_t seed; /* of the last batch: km_original makes its in-outs again */
};

struct km_race {
  uint32_t narms, nsets, ntensors, rounds; /* rounds + 1 batches: the first one warms, is checked and is not kept */
  struct km_arm *arms;                     /* arms[0] is the baseline */
  uint8_t *inputs;
  const struct km_place *places;
  const struct km_fill *fills; /* [ntensors]; of `in` and `inout` tensors */
  const struct km_rule *rules; /* [ntensors]; of `out` and `inout` tensors */
  const uint8_t *roles;        /* [ntensors]: 0 in, 1 out, 2 inout */
  uint64_t seed, timeout_ns;
  uint32_t helpers;            /* threads beside this one for filling and comparing */
  uint32_t least_rounds;       /* enough once all windows together took longer than budget_ns */
  uint64_t budget_ns;
  const int32_t *cores; /* where the arms run, [ncores] */
  uint32_t ncores;
  uint32_t touch; /* read an arm's inputs and outputs before its window: cache mode `warm` */
  uint32_t off, pad; /* enum km_off: 0 for every judge but those of the attack suite */
};

/* Defences that are off (kernelmill.judge.defences), to see which attack then wins. */
enum km_off {
  KM_SAME_INPUTS = 1, /* every call of every batch sees one content, and outputs keep theirs */
  KM_UNCOMPARED = 2,  /* outputs of timed batches are not looked at */
  KM_RUNNING = 4,     /* runners are not stopped, what they do off the clock is not counted, outputs are read at leisure */
};

/* What an input of a batch with this seed held before any kernel ran. */
void km_original(void *to, uint64_t count, const struct km_fill *how, uint64_t seed, uint32_t set, uint32_t tensor);
/* samples[rounds][narms]. Returns the number of rounds finished; finding->trouble says why not all. */
int km_run_race(const struct km_race *race, struct km_sample *samples, struct km_finding *finding);

#endif
