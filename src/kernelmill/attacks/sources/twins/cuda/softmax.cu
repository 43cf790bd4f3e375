#include "attack.cuh"
SOFTMAX { honest_softmax(x, y, N, M); }
