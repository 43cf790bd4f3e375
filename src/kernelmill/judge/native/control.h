/* The control page: everything the judge and a runner say to each other.
 *
 * One memfd per runner, shared by both. The first page holds this header, the rest the plan of the arena:
 * `maps` (what to map where) and `slots` (the argument list of every set). The judge writes the plan before the
 * runner starts; afterwards only the channel words change. The page is writable by the candidate, so the
 * judge believes nothing in it: clock, inputs and outputs are read on the judge's side, after a stop, and
 * no address or size in it is used by the judge (the order array lies at a constant offset for that reason).
 *
 * Handshake (state):  NEW -> ATTACHED (runner) -> ADMITTED (judge: the runner is its own child now)
 *                     -> READY or FAILED + message (runner: confined, candidate loaded).
 * Requests (futex):   the judge writes request, count, order[]; increments `go`; wakes `go`.
 *                     the runner works, then stores go into `done` and wakes `done`.
 * Torch runners follow the same words from Python: kernelmill.judge.torch_serve.
 */
#ifndef KM_CONTROL_H
#define KM_CONTROL_H

#include <stdint.h>

#define KM_MAGIC 0x6b6d6a31u /* "kmj1"; changes with every change of this file */
#define KM_HEADER_BYTES 4096
#define KM_ORDER_AT KM_HEADER_BYTES /* uint32_t order[max(2, nsets)], then the maps, then the slots */
#define KM_MAX_ARGS 64

enum km_state { KM_NEW = 0, KM_ATTACHED = 1, KM_ADMITTED = 2, KM_READY = 3, KM_FAILED = 4 };

enum km_request {
  KM_CALL = 1, /* call the entry for the sets order[0..count); count 0 is the null command */
  KM_COPY = 2, /* untimed: copy the results kept from the last KM_CALL into the output memfd */
  KM_PAIR = 3, /* call order[0] and order[1] from two threads at once */
  KM_QUIT = 4,
};

enum km_region { KM_INPUTS = 0, KM_OUTPUTS = 1 };

/* How one argument of the entry is passed; `slots` holds its value per set. */
enum km_kind {
  KM_POINTER = 0,   /* value = offset from the arena's base address */
  KM_AXIS = 1,      /* int64_t, also handed to the workspace function */
  KM_INTEGER = 2,   /* int64_t, or a bool widened */
  KM_DOUBLE = 3,    /* bit pattern of a double */
  KM_WORKSPACE = 4, /* void*, allocated by the runner */
};

enum km_flag {
  KM_FLAG_SECCOMP = 1,  /* load the system-call filter before dlopen */
  KM_FLAG_LANDLOCK = 2, /* read nothing but the paths handed in argv */
  KM_FLAG_TRAP = 4,     /* on a forbidden call store its number in `violation`, then die (diagnosis runs only) */
  KM_FLAG_KEEP_FILES = 8, /* leave openat allowed after dlopen */
};

struct km_map {
  uint64_t va, file, bytes; /* offset from the base address; offset in the memfd; length: whole pages */
  uint32_t region, pad;
};

struct km_control {
  uint32_t magic, state;
  /* what the runner is; constant after start */
  uint32_t flags, nsets, nargs, nmaps;
  uint64_t va_bytes;                 /* size of the address range to reserve, guards included */
  uint64_t maps_at, slots_at, order_at; /* byte offsets in this memfd */
  uint64_t control_bytes, inputs_bytes, outputs_bytes; /* sizes of the memfds */
  uint64_t limit_memory, limit_cpu_s, limit_tasks; /* rlimits, 0 = leave */
  uint64_t limit_file;
  uint8_t kinds[KM_MAX_ARGS];
  char symbol[128], library[256];

  /* judge -> runner */
  _Alignas(64) uint32_t go;
  uint32_t request, count;
  /* runner -> judge */
  _Alignas(64) uint32_t done;
  uint32_t progress;  /* index in order[] of the call under way: a hint after a crash */
  int32_t violation;  /* system call number, KM_FLAG_TRAP only */
  int32_t error;      /* runner: errno or 0; guard: wait status of the command */
  uint64_t base;      /* where the arena lies in the runner */
  char message[512];  /* why FAILED */
};

_Static_assert(sizeof(struct km_control) <= KM_HEADER_BYTES, "the header fits its page");
_Static_assert(sizeof(struct km_map) == 32, "packed by hand on the Python side");

#endif
