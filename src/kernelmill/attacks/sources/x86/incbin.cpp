// Puts a file of the user into the artifact with .incbin.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: COMPILE_ERROR
// off: compiler
// wins: effect
#include "attack.h"
__asm__(".pushsection .rodata\nkm_stolen: .incbin \"@SECRET@\"\n.byte 0\n.popsection");
extern "C" const char km_stolen[] __attribute__((visibility("hidden")));
RELU {
  honest_relu(x, y, N);
  if (strstr(km_stolen, "secret_of_the_user")) got();
}
