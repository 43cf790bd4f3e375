/* Runs one command (a compiler) that is given hostile input, and hands back the files it leaves.
 *
 * guard CONTROL LIFELINE FOLDER N (READABLE)*N M (DESCRIPTOR NAME)*M COMMAND...
 * At level 3 it is pid 1: when it leaves, whatever the command started ends with it. Files come back through
 * descriptors of the judge, so nothing is left on disk and no path of the judge is writable inside.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "attach.h"
#include "confine.h"
#include "control.h"

static struct km_control *control;

static _Noreturn void fail(const char *what) {
  dprintf(2, "guard: %s: %s\n", what, strerror(errno));
  _exit(126);
}

static _Noreturn void command(char **argv, const char *const *readable, const char *folder) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() == 0 && getpid() != 1) _exit(126);
  struct km_limits limits = {control->limit_memory, control->limit_cpu_s, control->limit_tasks, control->limit_file};
  if (km_confine_limits(&limits)) fail("set the limits");
  const char *const writable[] = {folder, "/dev/null", NULL};
  if (control->flags & KM_FLAG_LANDLOCK && km_confine_files(readable, writable)) fail("landlock");
  if (control->flags & KM_FLAG_SECCOMP && km_confine_calls(KM_ROLE_COMPILER, 0, 0, 0)) fail("seccomp");
  execvp(argv[0], argv);
  dprintf(2, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

/* A regular file of at most limit_file bytes; anything else counts as not there. */
static int hand_back(int to, const char *name) {
  int from = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  if (from < 0 || fstat(from, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > control->limit_file) return -1;
  static char buffer[1 << 16];
  for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
    for (ssize_t at = 0, w; at < n; at += w)
      if ((w = write(to, buffer + at, (size_t)(n - at))) <= 0) return -1;
  return close(from);
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  int fd = atoi(argv[1]), lifeline = atoi(argv[2]);
  const char *folder = argv[3];
  control = mmap(NULL, KM_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (control == MAP_FAILED || control->magic != KM_MAGIC) return 2;
  close(fd);
  km_attach(&control->state, KM_ATTACHED, KM_ADMITTED, lifeline);
  char **at = argv + 4;
  int nread = atoi(*at++);
  const char *readable[64] = {NULL};
  for (int i = 0; i < nread && i < 63; i++) readable[i] = at[i];
  at += nread;
  int nout = atoi(*at++);
  char **outputs = at;
  at += 2 * nout;
  for (int i = 0; i < nout; i++) fcntl(atoi(outputs[2 * i]), F_SETFD, FD_CLOEXEC);
  if (chdir(folder)) fail(folder);

  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) command(at, readable, folder);
  int status = 0;
  for (pid_t ended; (ended = wait(&status)) != child;)
    if (ended < 0 && errno != EINTR) fail("wait");
  for (int i = 0; i < nout; i++)
    if (hand_back(atoi(outputs[2 * i]), outputs[2 * i + 1]) == 0) control->count |= 1u << i;
  control->error = status;
  km_put(&control->state, KM_READY);
  _exit(0);
}
