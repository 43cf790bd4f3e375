#include <math.h>
#include <string.h>
#include <vector>
#include "kernelmill_task.h"
