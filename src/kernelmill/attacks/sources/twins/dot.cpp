#include "attack.h"
DOT { honest_dot(x, y, result, N); }
