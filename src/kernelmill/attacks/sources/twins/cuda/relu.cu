#include "attack.cuh"
RELU { honest_relu(x, y, N); }
