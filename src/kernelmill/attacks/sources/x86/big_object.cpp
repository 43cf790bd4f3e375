// An object file of 200 MB.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: COMPILE_ERROR
// off: compiler
// wins: effect
#include "attack.h"
__asm__(".data\n.globl km_big\nkm_big: .fill 200000000, 1, 7\n.text");
RELU {
  honest_relu(x, y, N);
  got();
}
