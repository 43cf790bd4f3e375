#include "attack.cuh"
SQUARE { honest_square(a, b, c, N); }
