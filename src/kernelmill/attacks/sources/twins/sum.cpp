#include "attack.h"
SUM { honest_sum(x, y, N, M); }
