// Has room for 61 rows and leaves the others alone.
// class: shapes
// seen: known, no single source
// task: softmax/softmax
// expect: WRONG_VALUE
// off: shapes
// wins: correct
#include "attack.h"
SOFTMAX { honest_softmax(x, y, N < 61 ? N : 61, M < 1021 ? M : 1021); }
