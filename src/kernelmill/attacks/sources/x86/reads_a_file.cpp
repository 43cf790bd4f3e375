// Reads a file of the user.
// class: files
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED CHEATED
// off: sandbox
// wins: effect
#include "attack.h"
#include <fcntl.h>
RELU {
  honest_relu(x, y, N);
  char text[64] = "";
  int f = open("@SECRET@", O_RDONLY);
  if (f >= 0 && read(f, text, 63) > 0 && strstr(text, "secret_of_the_user")) got();
  if (f >= 0) close(f);
}
