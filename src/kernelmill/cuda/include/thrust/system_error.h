#include "km_thrust.h"
