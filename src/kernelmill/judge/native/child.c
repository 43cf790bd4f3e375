/* What a runner written in Python needs of C: leaving the judge's world, the arena, the filter, the channel.
 *
 * It is forked, not started, so no bubblewrap stands between: `km_child_leave` makes the same namespaces and the
 * same small root. Order in a forked process: leave (then fork again: pid 1), attach, map, confine, next/answer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"
#include "confine.h"
#include "control.h"
#include "map.h"

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#define NOBODY 65534
#define STAGE "/tmp" /* any folder that every machine has: the new root is mounted over it, in this namespace only */

enum { ALL = 1, MOUNTS_ONLY = 2 }; /* namespaces of km_child_leave */

struct attributes { /* struct mount_attr, which older headers lack */
  uint64_t set, clear, propagation, userns_fd;
};
enum { READ_ONLY = 1, NO_SUID = 2, NO_DEV = 4, RECURSIVE = 0x8000 };

static int write_text(int proc, const char *path, const char *text) {
  int fd = openat(proc, path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = write(fd, text, strlen(text));
  close(fd);
  return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int make_folders(char *path) {
  for (char *p = path + 1; *p; p++)
    if (*p == '/') {
      *p = 0;
      int bad = mkdir(path, 0755) && errno != EEXIST;
      *p = '/';
      if (bad) return -1;
    }
  return mkdir(path, 0755) && errno != EEXIST ? -1 : 0;
}

/* Shows `path` (opened before the stage covered it) at its own name below the new root. */
static int show(const char *path, int fd, int devices) {
  char target[PATH_MAX], source[64], link[PATH_MAX];
  struct stat st;
  if (snprintf(target, sizeof target, STAGE "%s", path) >= (int)sizeof target) return errno = ENAMETOOLONG, -1;
  char *slash = strrchr(target, '/');
  *slash = 0;
  if (target[sizeof STAGE - 1] && make_folders(target)) return -1;
  *slash = '/';
  if (fstat(fd, &st)) return -1;
  if (S_ISLNK(st.st_mode)) {
    ssize_t n = readlinkat(fd, "", link, sizeof link - 1);
    if (n < 0) return -1;
    link[n] = 0;
    return symlink(link, target) && errno != EEXIST ? -1 : 0;
  }
  if (S_ISDIR(st.st_mode)) {
    if (mkdir(target, 0755) && errno != EEXIST) return -1;
  } else {
    int made = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0444);
    if (made < 0) return -1;
    close(made);
  }
  snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
  if (mount(source, target, NULL, MS_BIND | MS_REC, NULL)) return -1;
  struct attributes a = {READ_ONLY | NO_SUID | (devices ? 0 : NO_DEV), 0, 0, 0};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, target, RECURSIVE, &a, sizeof a);
}

/* A root of its own: `shown` read only, three devices, /tmp of `scratch_mb` where that is not 0, nothing else; no /proc. */
static int small_root(const char *const *shown, int scratch_mb) {
  static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/urandom", NULL};
  int fds[64], n = 0, all = 0;
  const char *names[64];
  for (const char *const *p = shown; *p && n < 60; p++)
    if ((fds[n] = open(*p, O_PATH | O_NOFOLLOW | O_CLOEXEC)) >= 0) names[n++] = *p;
  all = n;
  for (const char *const *p = devices; *p; p++)
    if ((fds[all] = open(*p, O_PATH | O_CLOEXEC)) >= 0) names[all++] = *p;
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) return -1;
  if (mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755")) return -1;
  if (scratch_mb) { /* before what is shown: that may lie below /tmp itself */
    char options[64];
    snprintf(options, sizeof options, "size=%dm,mode=1777", scratch_mb);
    if ((mkdir(STAGE "/tmp", 0755) && errno != EEXIST) || mount("tmpfs", STAGE "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options))
      return -1;
  }
  for (int i = 0; i < all; i++) {
    if (show(names[i], fds[i], i >= n)) return -1;
    close(fds[i]);
  }
  struct attributes a = {READ_ONLY, 0, 0, 0};
  if (chdir(STAGE) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) return -1;
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &a, sizeof a);
}

/* Returns NULL, or what failed (errno says why). uid > 0: the judge is root, drop to it. With `namespaces` 0 (isolation
 * level 2 and below) only the drop happens; with MOUNTS_ONLY (the same, where the folders shown lie where that user cannot go) the small
 * root is made before it. The next fork becomes pid 1 of the new namespace. */
const char *km_child_leave(int uid, int namespaces, const char *const *shown, int scratch_mb) {
  int proc = open("/proc", O_PATH | O_CLOEXEC);
  const int others = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  char map[64];
  if (namespaces && uid > 0) { /* as root the folders shown may lie where uid 65534 cannot go: mount first */
    if (unshare(CLONE_NEWNS)) return "unshare the mounts";
    if (small_root(shown, scratch_mb)) return "make a small root";
  }
  if (uid > 0 && (setgroups(0, NULL) || setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid) ||
                  setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid)))
    return "drop to uid 65534";
  if (namespaces == ALL) {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* a process that changed its uid could not write its own maps */
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(others | (uid > 0 ? 0 : CLONE_NEWNS))) return "make namespaces";
    snprintf(map, sizeof map, "%d %u 1", NOBODY, user);
    if (write_text(proc, "self/setgroups", "deny") || write_text(proc, "self/uid_map", map)) return "map the user";
    snprintf(map, sizeof map, "%d %u 1", NOBODY, group);
    if (write_text(proc, "self/gid_map", map)) return "map the group";
    if (uid <= 0 && small_root(shown, scratch_mb)) return "make a small root";
  }
  close(proc);
  return NULL;
}

/* The first steps of every runner; see attach.h. */
void km_child_attach(struct km_control *control, int lifeline) {
  setsid();
  km_attach(&control->state, KM_ATTACHED, KM_ADMITTED, lifeline);
}

/* Base address of the arena, 0 with errno. Results are kept until they are copied, so freed memory must stay:
 * without this every batch would fault its results in anew, which a program that frees them one by one does not. */
uint64_t km_child_map(struct km_control *control, int inputs, int outputs, uint64_t *bytes) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  uint8_t *base = km_map_arena(control, inputs, outputs, bytes);
  control->base = (uint64_t)base;
  return (uint64_t)base;
}

static int drop_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  for (int c = 0; c < 64; c++) prctl(PR_CAPBSET_DROP, c, 0, 0, 0); /* fails past the last one */
  return (int)syscall(SYS_capset, &header, none);
}

/* Capabilities, limits (`used`: bytes of address space taken already) and, where the flags say so, landlock. */
const char *km_child_limit(const struct km_control *control, uint64_t used, const char *const *readable,
                           const char *const *writable, uint64_t file_bytes) {
  struct km_limits limits = {control->limit_memory ? control->limit_memory + used : 0, control->limit_cpu_s,
                             control->limit_tasks, file_bytes};
  if (drop_capabilities()) return "drop capabilities";
  if (km_confine_limits(&limits)) return "set the limits";
  if (control->flags & KM_FLAG_LANDLOCK && km_confine_files(readable, writable)) return "landlock";
  return NULL;
}

/* A system-call filter; filters add up, the strictest answer counts. */
const char *km_child_filter(const struct km_control *control, uint64_t base, uint64_t bytes, enum km_role role) {
  if (control->flags & KM_FLAG_SECCOMP && km_confine_calls(role, base, bytes, !!(control->flags & KM_FLAG_TRAP)))
    return "seccomp";
  return NULL;
}

void km_child_state(struct km_control *control, uint32_t state) {
  km_put(&control->state, state);
  km_wake(&control->state);
}

/* Waits for the request after `seen`; returns its number. */
uint32_t km_child_next(struct km_control *control, uint32_t seen) {
  while (km_get(&control->go) == seen) km_wait_word(&control->go, seen, 0);
  return km_get(&control->go);
}

void km_child_answer(struct km_control *control, uint32_t seen) {
  km_put(&control->done, seen);
  km_wake(&control->done);
}
