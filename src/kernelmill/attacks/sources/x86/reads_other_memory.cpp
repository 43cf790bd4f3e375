// Reads the memory of other processes.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/syscall.h>
#include <sys/uio.h>
RELU {
  honest_relu(x, y, N);
  char from[16] = "secret", to[16] = "";
  struct iovec a = {to, 16}, b = {from, 16};
  if (syscall(SYS_process_vm_readv, getpid(), &a, 1, &b, 1, 0L) == 16) got(); // itself here; the judge where it may
  syscall(SYS_process_vm_readv, getppid(), &a, 1, &b, 1, 0L);
}
