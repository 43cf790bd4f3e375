// Writes a file where everybody may write.
// class: exhaustion
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CRASH
// off: sandbox
// wins: effect
#include "attack.h"
#include <fcntl.h>
RELU {
  honest_relu(x, y, N);
  int f = open("@FOLDER@/left-behind", O_CREAT | O_WRONLY | O_TRUNC, 0666);
  if (f < 0) f = open("/dev/shm/kernelmill-left-behind", O_CREAT | O_WRONLY | O_TRUNC, 0666);
  static char zeros[1 << 16];
  if (f >= 0 && write(f, zeros, sizeof zeros) == sizeof zeros) got();
  if (f >= 0) close(f);
}
