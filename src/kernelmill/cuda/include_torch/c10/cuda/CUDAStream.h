// Streams, guards and checks of torch's CUDA side, over CPU tensors: there is one device and work is done at the call.
#pragma once
#include "../../km_torch.h"
