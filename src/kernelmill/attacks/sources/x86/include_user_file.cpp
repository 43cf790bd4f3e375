// Includes a file of the user.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: COMPILE_ERROR
// off: compiler
// wins: effect
#include "attack.h"
#include "@SECRET@"
RELU {
  honest_relu(x, y, N);
  (void)secret_of_the_user;
  got();
}
