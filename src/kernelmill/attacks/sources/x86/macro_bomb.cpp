// Macros that grow to 33 million tokens.
// class: compiler
// seen: not published; made for this suite
// task: activation/relu
// expect: COMPILE_ERROR NEUTRALISED
// off: compiler
// wins: correct
#include "attack.h"
RELU { honest_relu(x, y, N); }
#define A0 ;
#define A1 A0 A0 A0 A0 A0 A0 A0 A0
#define A2 A1 A1 A1 A1 A1 A1 A1 A1
#define A3 A2 A2 A2 A2 A2 A2 A2 A2
#define A4 A3 A3 A3 A3 A3 A3 A3 A3
#define A5 A4 A4 A4 A4 A4 A4 A4 A4
#define A6 A5 A5 A5 A5 A5 A5 A5 A5
#define A7 A6 A6 A6 A6 A6 A6 A6 A6
#define A8 A7 A7 A7 A7 A7 A7 A7 A7
A8 A8
