// Sets up io_uring, which makes system calls that a filter does not see.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <linux/io_uring.h>
#include <sys/syscall.h>
RELU {
  honest_relu(x, y, N);
  struct io_uring_params p;
  memset(&p, 0, sizeof p);
  long ring = syscall(SYS_io_uring_setup, 4, &p);
  if (ring >= 0) {
    got();
    close((int)ring);
  }
}
