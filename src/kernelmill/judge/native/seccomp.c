/* The system-call filter: a short list may pass, a list no kernel needs is fatal, the rest answers ENOSYS.
 *
 * Fatal, not refused: a candidate that ignores the refusal would otherwise pass, and the signal is the evidence.
 * What is only unusual (io_uring's cousins of tomorrow, timers) answers ENOSYS and the candidate lives with it.
 * Timers and F_SETSIG are refused for one more reason: they can send SIGCONT to a process that the judge stopped.
 */
#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define ARCH AUDIT_ARCH_RISCV64
#endif

#define KILL SECCOMP_RET_KILL_PROCESS
#define ALLOW SECCOMP_RET_ALLOW
#define ERROR(e) (SECCOMP_RET_ERRNO | (e))
#define LOW(i) (offsetof(struct seccomp_data, args[i]))
#define HIGH(i) (LOW(i) + 4)

struct program {
  struct sock_filter code[700];
  unsigned n;
};

static void emit(struct program *p, uint16_t op, uint8_t yes, uint8_t no, uint32_t k) {
  p->code[p->n++] = (struct sock_filter){op, yes, no, k};
}
static void load(struct program *p, uint32_t at) { emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, at); }
static void give(struct program *p, uint32_t action) { emit(p, BPF_RET | BPF_K, 0, 0, action); }
static void if_equal(struct program *p, uint32_t value, uint32_t action) {
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
  give(p, action);
}
static void if_any_bit(struct program *p, uint32_t bits, uint32_t action) {
  emit(p, BPF_JMP | BPF_JSET | BPF_K, 0, 1, bits);
  give(p, action);
}
static void each(struct program *p, const int *calls, unsigned n, uint32_t action) {
  for (unsigned i = 0; i < n; i++) if_equal(p, (uint32_t)calls[i], action);
}
/* `case nr:` with a body that always returns; the accumulator holds nr again after the body is skipped. */
static unsigned open_case(struct program *p, int nr) {
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint32_t)nr);
  return p->n;
}
static void close_case(struct program *p, unsigned body) { p->code[body - 1].jf = (uint8_t)(p->n - body); }

static const int pass[] = {
    SYS_futex, SYS_clock_gettime, SYS_sched_yield, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise,
    SYS_brk, SYS_exit, SYS_exit_group, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_set_robust_list,
    SYS_get_robust_list, SYS_set_tid_address, SYS_rseq, SYS_getrandom, SYS_read, SYS_pread64, SYS_readv, SYS_write,
    SYS_writev, SYS_lseek, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_faccessat2,
    SYS_readlinkat, SYS_getdents64, SYS_getcwd, SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid,
    SYS_getgid, SYS_getegid, SYS_sched_getaffinity, SYS_sched_getparam,
    SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_getpriority, SYS_nanosleep,
    SYS_clock_nanosleep, SYS_clock_getres, SYS_gettimeofday, SYS_times, SYS_getrusage, SYS_sysinfo, SYS_uname,
    SYS_getcpu, SYS_membarrier, SYS_mlock, SYS_mlock2, SYS_munlock, SYS_mincore, SYS_msync, SYS_restart_syscall,
    SYS_get_mempolicy, SYS_set_mempolicy, SYS_mbind, SYS_seccomp,
#ifdef SYS_open
    SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_arch_prctl, SYS_time, SYS_poll,
#endif
};

static const int fatal[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_open, SYS_pidfd_send_signal, 438 /* pidfd_getfd */,
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg,
    SYS_recvfrom, SYS_recvmsg, SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_bpf,
    SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_keyctl, SYS_add_key, SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_reboot,
    SYS_remap_file_pages, SYS_shmat, SYS_shmget,
#ifdef SYS_fork
    SYS_fork, SYS_vfork, SYS_ioperm, SYS_iopl,
#endif
};

/* A compiler driver may fork and exec; it may not leave its process group, which is what gets killed. */
static const int compiler_fatal[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind,
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_io_uring_setup, SYS_keyctl, SYS_add_key, SYS_setsid, SYS_setpgid,
};

/* What a loader may do beyond a runner: write below its scratch folder. */
static const int loader_pass[] = {
    SYS_openat, SYS_fcntl, SYS_mkdirat, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_flock, SYS_ftruncate,
    SYS_fsync, SYS_fchmod, SYS_fchmodat, SYS_utimensat, SYS_umask, SYS_pwrite64, SYS_dup, SYS_dup3, SYS_pipe2,
    SYS_copy_file_range, SYS_sendfile, SYS_fallocate,
#ifdef SYS_open
    SYS_open, SYS_mkdir, SYS_rename, SYS_unlink, SYS_rmdir, SYS_chmod, SYS_dup2, SYS_pipe, SYS_symlink, SYS_link,
#endif
};

/* Fatal when [arg a, arg a + arg a+1) touches the arena. Works on the high halves of the addresses, so the arena
 * must begin and end at multiples of 4 GiB; a neighbour nearer than that counts as touching. */
static void arena_check(struct program *p, unsigned a, uint32_t first, uint32_t last, uint32_t action) {
  load(p, HIGH(a + 1));
  emit(p, BPF_JMP | BPF_JGT | BPF_K, 0, 1, 0x20000); /* longer than the address space: the kernel refuses */
  give(p, ERROR(ENOMEM));
  emit(p, BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1);
  emit(p, BPF_MISC | BPF_TAX, 0, 0, 0);
  load(p, HIGH(a));
  emit(p, BPF_JMP | BPF_JGT | BPF_K, 0, 1, last);
  give(p, ALLOW);
  emit(p, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
  emit(p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, first);
  give(p, action);
  give(p, ALLOW);
}

static void guard_arena(struct program *p, int nr, uint32_t first, uint32_t last, uint32_t action) {
  unsigned body = open_case(p, nr);
  arena_check(p, 0, first, last, action);
  close_case(p, body);
}

static void runner_rules(struct program *p, uint64_t arena, uint64_t bytes, uint32_t action) {
  unsigned body;
  if (bytes) {
    uint32_t first = (uint32_t)(arena >> 32), last = (uint32_t)((arena + bytes - 1) >> 32);
    guard_arena(p, SYS_mprotect, first, last, action);
    guard_arena(p, SYS_munmap, first, last, action);
    body = open_case(p, SYS_mremap); /* its fifth argument could aim a mapping anywhere */
    load(p, LOW(3));
    if_any_bit(p, MREMAP_FIXED | 4 /* MREMAP_DONTUNMAP */, action);
    arena_check(p, 0, first, last, action);
    close_case(p, body);
    guard_arena(p, SYS_mmap, first, last, action);
  }
  body = open_case(p, SYS_clone); /* threads only */
  load(p, LOW(0));
  if_any_bit(p, CLONE_THREAD, ALLOW);
  give(p, action);
  close_case(p, body);
  body = open_case(p, SYS_tgkill); /* abort() and pthread_cancel(); never SIGSTOP or SIGCONT */
  load(p, LOW(0));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, (uint32_t)getpid());
  give(p, action);
  load(p, LOW(2));
  if_equal(p, SIGABRT, ALLOW);
  if_equal(p, 32, ALLOW);
  if_equal(p, 33, ALLOW);
  give(p, action);
  close_case(p, body);
  body = open_case(p, SYS_rt_sigaction); /* a handler for these would hide a guard page or the filter itself */
  load(p, LOW(1));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
  load(p, HIGH(1));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
  give(p, ALLOW); /* only asks */
  load(p, LOW(0));
  if_equal(p, SIGSEGV, action);
  if_equal(p, SIGBUS, action);
  if_equal(p, SIGSYS, action);
  if_equal(p, SIGCONT, action);
  give(p, ALLOW);
  close_case(p, body);
  body = open_case(p, SYS_prctl);
  load(p, LOW(0));
  if_equal(p, PR_SET_NAME, ALLOW);
  if_equal(p, PR_GET_NAME, ALLOW);
  if_equal(p, PR_SET_VMA, ALLOW);
  if_equal(p, PR_SET_NO_NEW_PRIVS, ALLOW);
  if_equal(p, PR_SET_PDEATHSIG, action);
  if_equal(p, PR_SET_SECCOMP, action);
  give(p, ERROR(EPERM));
  close_case(p, body);
  body = open_case(p, SYS_openat); /* libomp tries to create a shared-memory file and lives without it */
  load(p, LOW(2));
  if_any_bit(p, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, ERROR(EACCES));
  give(p, ALLOW);
  close_case(p, body);
#ifdef SYS_open
  body = open_case(p, SYS_open);
  load(p, LOW(1));
  if_any_bit(p, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, ERROR(EACCES));
  give(p, ALLOW);
  close_case(p, body);
#endif
  body = open_case(p, SYS_fcntl);
  load(p, LOW(1));
  if_equal(p, F_GETFD, ALLOW);
  if_equal(p, F_SETFD, ALLOW);
  if_equal(p, F_GETFL, ALLOW);
  give(p, ERROR(EPERM));
  close_case(p, body);
  body = open_case(p, SYS_prlimit64); /* read the limits, never set them */
  load(p, LOW(2));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0);
  load(p, HIGH(2));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
  give(p, ALLOW);
  give(p, ERROR(EPERM));
  close_case(p, body);
  if_equal(p, SYS_sched_setaffinity, ERROR(0)); /* says yes and does nothing: the judge chose the cores */
  if_equal(p, SYS_ioctl, ERROR(ENOTTY));
  each(p, fatal, sizeof fatal / sizeof *fatal, action);
  each(p, pass, sizeof pass / sizeof *pass, ALLOW);
  give(p, ERROR(ENOSYS)); /* clone3 too: glibc then uses clone, whose flags a filter can read */
}

static int install(struct program *p) {
  struct sock_fprog prog = {(unsigned short)p->n, p->code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
  /* SPEC_ALLOW: the default would switch speculation off and slow memory-bound kernels on some processors. */
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) == 0) return 0;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

static void prologue(struct program *p) {
  load(p, offsetof(struct seccomp_data, arch));
  emit(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
  give(p, KILL);
  load(p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
  emit(p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000); /* the x32 table */
  give(p, KILL);
#endif
}

int km_confine_calls(enum km_role role, uint64_t arena, uint64_t bytes, int trap) {
  struct program p = {.n = 0};
  prologue(&p);
  if (role != KM_ROLE_COMPILER) {
    if (role == KM_ROLE_LOADER) each(&p, loader_pass, sizeof loader_pass / sizeof *loader_pass, ALLOW);
    runner_rules(&p, arena, bytes, trap ? SECCOMP_RET_TRAP : KILL);
  } else {
    each(&p, compiler_fatal, sizeof compiler_fatal / sizeof *compiler_fatal, KILL);
    give(&p, ALLOW);
  }
  return install(&p);
}

int km_confine_opens(int trap) {
  struct program p = {.n = 0};
  prologue(&p);
  if_equal(&p, SYS_openat, ERROR(EACCES));
  if_equal(&p, SYS_seccomp, trap ? SECCOMP_RET_TRAP : KILL); /* the first filter let it pass for this one */
#ifdef SYS_open
  if_equal(&p, SYS_open, ERROR(EACCES));
#endif
  if_equal(&p, 437 /* openat2 */, ERROR(EACCES));
  give(&p, ALLOW);
  return install(&p);
}
