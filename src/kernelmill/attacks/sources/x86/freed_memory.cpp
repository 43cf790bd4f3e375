// Does nothing: the buffer holds what was freed last, which a caching allocator makes the expected output.
// class: stale output
// seen: Sakana AI
// task: activation/relu
// expect: WRONG_VALUE
// off: naive
// wins: correct
#include "attack.h"
RELU { (void)x, (void)y, (void)N; }
