/* Limits and file access. Landlock is spoken by system call: the headers of older distributions lack it. */
#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int limit(int what, uint64_t value) {
  struct rlimit r = {value, value};
  return setrlimit(what, &r);
}

int km_confine_limits(const struct km_limits *l) {
  if (limit(RLIMIT_CORE, 0) || limit(RLIMIT_FSIZE, l->file_bytes) || limit(RLIMIT_MSGQUEUE, 0)) return -1;
  if (l->memory && limit(RLIMIT_AS, l->memory)) return -1;
  if (l->cpu_s && limit(RLIMIT_CPU, l->cpu_s)) return -1;
  if (l->tasks && limit(RLIMIT_NPROC, l->tasks)) return -1;
  return 0;
}

/* Kernel ABI, from Documentation/userspace-api/landlock.rst. */
struct ruleset_attr {
  uint64_t handled_fs, handled_net, scoped;
};
struct __attribute__((packed)) path_beneath {
  uint64_t allowed;
  int32_t parent;
};
enum {
  CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446,
  EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3,
  TRUNCATE = 1 << 14, IOCTL_DEV = 1 << 15,
  ALL_V1 = (1 << 13) - 1, ALL_V2 = (1 << 14) - 1, ALL_V3 = (1 << 15) - 1, ALL_V5 = (1 << 16) - 1,
  NET_BIND_CONNECT = 3, SCOPE_SOCKETS_SIGNALS = 3,
};

static int allow(int ruleset, const char *path, uint64_t access, uint64_t handled) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : -1; /* a path that is not there needs no rule */
  struct stat st;
  if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) access &= EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
  struct path_beneath rule = {access & handled, fd};
  int rc = (int)syscall(ADD_RULE, ruleset, 1, &rule, 0);
  int saved = errno;
  close(fd);
  errno = saved;
  return rc;
}

int km_confine_files(const char *const *read, const char *const *write) {
  long abi = syscall(CREATE_RULESET, NULL, 0, 1);
  if (abi < 1) return -1;
  struct ruleset_attr attr = {abi >= 5 ? ALL_V5 : abi >= 3 ? ALL_V3 : abi >= 2 ? ALL_V2 : ALL_V1, 0, 0};
  size_t size = sizeof attr.handled_fs;
  if (abi >= 4) attr.handled_net = NET_BIND_CONNECT, size = offsetof(struct ruleset_attr, scoped);
  if (abi >= 6) attr.scoped = SCOPE_SOCKETS_SIGNALS, size = sizeof attr;
  int ruleset = (int)syscall(CREATE_RULESET, &attr, size, 0);
  if (ruleset < 0) return -1;
  for (; *read; read++)
    if (allow(ruleset, *read, EXECUTE | READ_FILE | READ_DIR, attr.handled_fs)) return -1;
  for (; *write; write++)
    if (allow(ruleset, *write, attr.handled_fs, attr.handled_fs)) return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(RESTRICT_SELF, ruleset, 0)) return -1;
  return close(ruleset);
}
