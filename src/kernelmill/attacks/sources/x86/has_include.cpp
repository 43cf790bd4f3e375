// Asks the preprocessor whether a file of the user exists.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: NEUTRALISED COMPILE_ERROR
// off: compiler
// wins: effect
#include "attack.h"
#if __has_include("@SECRET@")
#define THERE 1
#else
#define THERE 0
#endif
RELU {
  honest_relu(x, y, N);
  if (THERE) got();
}
