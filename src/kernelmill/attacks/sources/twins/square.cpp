#include "attack.h"
SQUARE { honest_square(a, b, c, N); }
