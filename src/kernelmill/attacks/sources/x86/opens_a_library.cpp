// Opens a library of the system with dlopen while it is loaded.
// class: library
// seen: known, no single source
// task: activation/relu
// expect: REFUSED
// off: policy
// wins: effect
#include "attack.h"
extern "C" void *dlopen(const char *, int);
__attribute__((constructor)) static void loaded(void) {
  if (dlopen("libz.so.1", 2) || dlopen("libopenblas.so.0", 2) || dlopen("libblas.so.3", 2)) got();
}
RELU { honest_relu(x, y, N); }
