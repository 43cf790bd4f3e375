#include "attack.h"
RELU { honest_relu(x, y, N); }
