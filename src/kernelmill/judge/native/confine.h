/* What a process takes from itself before it touches code that it does not trust. */
#ifndef KM_CONFINE_H
#define KM_CONFINE_H

#include <stdint.h>

enum km_role {
  KM_ROLE_RUNNER,
  KM_ROLE_COMPILER,
  KM_ROLE_LOADER, /* a runner that still has to unpack and load what was compiled for it: files, but no process */
};

struct km_limits {
  uint64_t memory, cpu_s, tasks, file_bytes; /* 0 in the first three = leave alone */
};

/* All return 0, or -1 with errno set. */
int km_confine_limits(const struct km_limits *limits);

/* Reads (and executes) below `read`, everything below `write`; both NULL terminated. ENOSYS: no landlock here. */
int km_confine_files(const char *const *read, const char *const *write);

/* The system-call filter. For runners, [arena, arena + bytes) may never be remapped or reprotected: guard pages
 * stay where the judge put them. `trap` raises SIGSYS with the number instead of killing at once. */
int km_confine_calls(enum km_role role, uint64_t arena, uint64_t bytes, int trap);

/* A second, smaller filter after the candidate is loaded: no file is opened any more. */
int km_confine_opens(int trap);

#endif
