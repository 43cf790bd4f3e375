// Forks in the resolver of an indirect function, which runs while the loader still relocates.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/syscall.h>
#include <sys/wait.h>
extern "C" {
__attribute__((visibility("hidden"))) void km_nothing(void) {}
__attribute__((visibility("hidden"))) void (*km_resolve(void))(void) {
  long child = syscall(SYS_fork);
  if (child == 0) syscall(SYS_exit_group, 0);
  if (child > 0) syscall(SYS_write, 1, "KM-GOT\n", 7);
  return km_nothing;
}
__attribute__((ifunc("km_resolve"))) void indirect(void);
}
RELU {
  indirect();
  honest_relu(x, y, N);
}
