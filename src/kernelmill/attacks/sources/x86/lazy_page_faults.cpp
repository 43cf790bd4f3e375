// Asks for page faults of its own: an output computed when somebody reads it.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH NEUTRALISED
// off: filter
// wins: effect
#include "attack.h"
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/syscall.h>
RELU {
  honest_relu(x, y, N);
  if (syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY) >= 0) got();
}
