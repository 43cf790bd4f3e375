#include "attack.cuh"
SUM { honest_sum(x, y, N, M); }
