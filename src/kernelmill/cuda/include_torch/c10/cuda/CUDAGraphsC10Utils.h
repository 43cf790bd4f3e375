#pragma once
#include "../../km_torch.h"
