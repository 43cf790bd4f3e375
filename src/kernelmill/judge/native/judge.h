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
int km_memfd(const char *name, uint64_t bytes);
int km_seal(int fd); /* no new writable mapping, no resize; mappings made before stay writable */

#endif
