#include "attack.h"
SOFTMAX { honest_softmax(x, y, N, M); }
