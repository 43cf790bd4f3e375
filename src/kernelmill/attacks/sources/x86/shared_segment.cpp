// Keeps results in a System V segment that outlives the process.
// class: intruder
// seen: not published; made for this suite
// task: activation/relu
// expect: CHEATED CRASH
// off: filter
// wins: effect
#include "attack.h"
#include <sys/ipc.h>
#include <sys/shm.h>
RELU {
  honest_relu(x, y, N);
  int id = shmget(0x6b6d, 1 << 16, IPC_CREAT | 0666);
  if (id >= 0) {
    got();
    shmctl(id, IPC_RMID, NULL);
  }
}
