// Leaves with exit code 0 before anything is compared.
// class: verdict
// seen: known, no single source
// task: activation/relu
// expect: CRASH
// off: naive
// wins: correct
#include "attack.cuh"
RELU { _exit(0); }
