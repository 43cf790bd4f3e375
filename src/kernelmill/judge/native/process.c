/* Starting, adopting, stopping and ending processes that are not trusted. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "futex.h"
#include "judge.h"

#define MS 1000000ull

uint64_t km_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The CPU clock of another process, all its threads summed, read from the kernel: see clock_getcpuclockid(3). */
uint64_t km_cpu(int pid) {
  struct timespec t;
  clockid_t clock = (clockid_t)((~(unsigned)pid << 3) | 2);
  if (clock_gettime(clock, &t)) return 0;
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int km_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

/* Runs in the child of vfork: its memory is the judge's, its descriptors and credentials are its own. The raw
 * calls matter, glibc's setresuid would change every thread of the judge. */
static void become(const int *fds, int n, int uid) {
  setsid(); /* ^C at the terminal is for the judge */
  int high[32];
  for (int i = 0; i < n; i++)
    if ((high[i] = fcntl(fds[i], F_DUPFD, 100)) < 0) _exit(126);
  for (int i = 0; i < n; i++)
    if (dup2(high[i], i) < 0) _exit(126);
  if (syscall(SYS_close_range, n, ~0u, 0) && errno == ENOSYS)
    for (int i = n; i < 1024; i++) close(i);
  if (uid > 0 && (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, uid, uid, uid) ||
                  syscall(SYS_setresuid, uid, uid, uid)))
    _exit(126);
}

int km_spawn(const char *const *argv, const char *const *envp, const int *fds, int n, int uid) {
  if (n > 32) return -EINVAL;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before); /* no handler of the judge may run in the child */
  pid_t pid = vfork();
  if (pid == 0) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int s = 1; s < 32; s++) sigaction(s, &standard, NULL); /* CLONE_SIGHAND is not set: only the child's */
    become(fds, n, uid);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(argv[0], (char *const *)argv, (char *const *)envp);
    _exit(127);
  }
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return pid < 0 ? -error : pid;
}

/* 1 when the child has ended (and is reaped now). */
static int reap(int pid, int options, int *code, int *status) {
  siginfo_t info = {0};
  while (waitid(P_PID, (id_t)pid, &info, WEXITED | options) < 0)
    if (errno != EINTR) return *code = 0, *status = -1, 1; /* not our child any more */
  if (info.si_pid != pid) return 0;
  *code = info.si_code, *status = info.si_status;
  return 1;
}

int km_wait_end(int pid, uint64_t timeout_ns, int *code, int *status) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (fd >= 0) {
    struct pollfd p = {fd, POLLIN, 0};
    uint64_t end = km_now() + timeout_ns, now;
    while ((now = km_now()) < end) {
      uint64_t ms = (end - now + MS - 1) / MS;
      if (poll(&p, 1, ms > 1000 ? 1000 : (int)ms) > 0) break;
    }
    close(fd);
  }
  return reap(pid, WNOHANG, code, status) ? KM_OK : KM_TIMEOUT;
}

static int inner_pid(int status_fd, uint64_t deadline) {
  char text[512];
  size_t n = 0;
  while (n < sizeof text - 1 && km_now() < deadline) {
    struct pollfd p = {status_fd, POLLIN, 0};
    if (poll(&p, 1, 50) <= 0) continue;
    ssize_t got = read(status_fd, text + n, sizeof text - 1 - n);
    if (got <= 0) break;
    text[n += (size_t)got] = 0;
    char *at = strstr(text, "\"child-pid\": ");
    if (at && strchr(at, '\n')) return atoi(at + 13);
  }
  return -1;
}

static void end(int pid) {
  int code, status;
  kill(pid, SIGKILL);
  reap(pid, 0, &code, &status);
}

int km_adopt(int pid, int status_fd, uint32_t *state, uint64_t timeout_ns) {
  uint64_t deadline = km_now() + timeout_ns;
  int code, status;
  while (km_get(state) == KM_NEW) {
    km_wait_word(state, KM_NEW, 10 * MS);
    if (km_get(state) != KM_NEW) break;
    if (reap(pid, WNOHANG, &code, &status)) return -ESRCH;
    if (km_now() > deadline) return end(pid), -ETIMEDOUT;
  }
  if (status_fd >= 0) {
    int inner = inner_pid(status_fd, deadline);
    end(pid); /* reparents the process below it to the nearest subreaper: the judge */
    siginfo_t info = {0};
    if (inner <= 0) return -ESRCH;
    if (waitid(P_PID, (id_t)inner, &info, WEXITED | WNOHANG | WNOWAIT)) return -ECHILD;
    pid = inner;
  }
  km_put(state, KM_ADMITTED);
  km_wake(state);
  return pid;
}

static int has_ended(struct km_runner *r) {
  if (!r->ended) r->ended = reap(r->pid, WNOHANG, &r->code, &r->status);
  return r->ended;
}

void km_kill(struct km_runner *r) {
  if (r->ended) return;
  kill(r->pid, SIGKILL); /* pid 1 of its namespace: everything in it ends before this is reaped */
  reap(r->pid, 0, &r->code, &r->status);
  r->ended = 1;
}

/* Waits until *word differs from value; short sleeps, because a death wakes nobody. */
static int await(struct km_runner *r, uint32_t *word, uint32_t value, uint64_t timeout_ns) {
  uint64_t deadline = km_now() + timeout_ns, slice = 4 * MS;
  for (;;) {
    km_wait_word(word, value, slice);
    if (km_get(word) != value) return KM_OK;
    if (has_ended(r)) return KM_DIED;
    if (km_now() > deadline) return km_kill(r), KM_TIMEOUT;
    if (slice < 50 * MS) slice += slice / 2;
  }
}

int km_wait_ready(struct km_runner *r, uint64_t timeout_ns) {
  uint32_t *state = &r->control->state;
  while (km_get(state) <= KM_ADMITTED) {
    int end = await(r, state, KM_ADMITTED, timeout_ns);
    if (end != KM_OK) return end;
  }
  r->cpu_ns = km_cpu(r->pid);
  return KM_OK;
}

int km_stop(struct km_runner *r) {
  if (r->ended) return KM_DIED;
  if (r->stopped) return KM_OK;
  siginfo_t info;
  uint64_t deadline = km_now() + 1000 * MS;
  kill(r->pid, SIGSTOP);
  for (;;) {
    memset(&info, 0, sizeof info);
    int rc = waitid(P_PID, (id_t)r->pid, &info, WSTOPPED | WEXITED | (r->polite ? WNOHANG : 0));
    if (rc < 0 && errno == EINTR) continue;
    if (rc < 0) return r->ended = 1, r->status = -1, KM_LOST;
    if (info.si_pid == r->pid && info.si_code == CLD_STOPPED) return r->stopped = 1, KM_OK;
    if (info.si_pid == r->pid) return r->ended = 1, r->code = info.si_code, r->status = info.si_status, KM_DIED;
    if (km_now() > deadline) return km_kill(r), KM_TIMEOUT;
    struct timespec pause = {0, 20000};
    nanosleep(&pause, NULL);
  }
}

/* One request. The clock starts while the runner is stopped and ends after it is stopped again, so that nothing it
 * does can happen outside; a runner that was never stopped is only asked. */
int km_window(struct km_runner *r, uint32_t request, const uint32_t *order, uint32_t count, uint64_t timeout_ns,
              struct km_window *w) {
  struct km_control *c = r->control;
  memset(w, 0, sizeof *w);
  w->end = KM_DIED;
  if (r->ended) return w->end;
  if (count) memcpy((uint8_t *)c + KM_ORDER_AT, order, count * sizeof *order);
  c->request = request;
  c->count = count;
  int stop_after = r->stopped;
  uint32_t before = km_get(&c->done);
  uint64_t cpu = km_cpu(r->pid);
  w->outside_ns = (int64_t)(cpu - r->cpu_ns);
  uint64_t start = km_now();
  km_put(&c->go, km_get(&c->go) + 1);
  if (r->stopped) {
    r->stopped = 0;
    kill(r->pid, SIGCONT); /* it stopped inside its futex wait, which now returns: no wake needed */
  } else {
    km_wake(&c->go);
  }
  w->end = await(r, &c->done, before, timeout_ns);
  if (w->end == KM_OK && stop_after) w->end = km_stop(r);
  w->wall_ns = (int64_t)(km_now() - start);
  if (w->end == KM_OK) {
    r->cpu_ns = km_cpu(r->pid);
    w->cpu_ns = (int64_t)(r->cpu_ns - cpu);
  }
  w->progress = c->progress;
  w->violation = c->violation;
  return w->end;
}
